/// Key pairs made for these tests and used nowhere else.
enum TestKeys {
    static let rsaPrivate = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC3fw7Qij46FaCp
        da1Co/P7O1UAf9C5Gs0cbWDk9VzVR+o3Ww3/MS930Fpn0Yl+ut0/Nms9d4nnj6X6
        rN+C5QQ5KOGu4+8mmyVyB3U+DVeE4n26rXuN8x2NkSRzoD1HxQMWTPaxdFLpUEUi
        4NePg71LljOoaR0Vt/F4HggHrKBbCtCICpMNL2pH95UqqAePvc+XVRGb5Nk4HQGK
        awPJYnIRtPbQlkUgL+eVXq/SO3t3UpgKICmvJBZHzRDc4HuEPgo9hLM5hzQWij01
        4Jv12yxgMAO532Ra22INY1237YOBQOa+EdFgYZ0D167H0Q9APSD5wPW8C8ZRtyNQ
        GEcRU6qhAgMBAAECggEALgJZRBfNp4HBwYvEkDeM1vsXAqOJwcgDEvQn/fC5wK6h
        /xRBK7H4/XlMGcjzyUdwb0elVwmwldOyYerTtj3XM7/Y6qGzVsJC/tb44kC1J5gk
        v1h9aOfDCrqQYb+VbffroL1Wg8MvgNnEJA0tb4owPhIgzMLibI4tKRmamNYDdSAR
        0IwblW/BtaXcCEfLY2mnhm2izb6IBz0dgd3J9lHE9VEkXQSLi52XD5cDAMXJ5Ctt
        qlDIuKL92U4aSoICaVSn5hOh4ASBubQAU8T7Nr+SinmVa8wAtKevqUL0O0zCtWJX
        ChlWkUIfgj1I9bDj44fu1N39v7pNeHPtP5ExCDSeAwKBgQDfkdSdwGsLE6LRiqU6
        fwmGgEd5zap6QFeMWYV648fuX9hxREYHMb8vrvqPZM2Cb5YtEMyf34P/oiBwLLC0
        F+9BjUJ20aEtN9ElSSk8c81y6D4qisS2F6ND1sWBBgBpXxBo0mFRO8PdoDRf8+Va
        DHtyIsMwyGBgFNVhlU1Vqx5M5wKBgQDSHR7IVqmC+Zr9r3PKw56H0y5iB3Wo8qDI
        ADc9qi6eWVE4ZCUMaVMNrKuT6MdUqHdV/EGFUVjuoNCBHaub5+zV/z5BnVn+BJd9
        RNVc2SaTeothQHfTqj56ISunRWVg8/FYFJv7BxtZI6ya/E20noN+hGkPLoqUUPD3
        ZiVUgYQTNwKBgQClNjD2enEf+FzDmD9NoP87A6TOH+uw98c6khUPoS/nubBK03ck
        beCorhe+y3EKyMcjelyccCItUHPEMWJLU7ycpnTNNVB0B+FoOk5cu/7AwVrfOTjw
        jzs5MIc3N2Yqd/O6Ym1ECHRPXMoXdjawerTmvUWc0RZXKk4dFKXXfuKfVQKBgDT7
        nt2J7OjYJFtAOQSyW3GIsTOLCgJ2XFDSrRthpKvNfguoRSdiD81s8z8y/cC9Uope
        N+90WeaiqrFEWBfSXgiAeqR1F1JUuhaemub04yNhTXBSn2TCk0qcvrNJbo0KNput
        Zr/gROcvdcEHSlj3d9UZcpyfcdaAqqLYISW0Gyf1AoGAKrI32jGURzW1vDRg4g8+
        EOnUSHbq/K/hU9wo0fNfh3O5U7UBWsLt3DvUu34eqrsaP2A/Cmu2tKXnRbw20VGN
        pcmxSc/9VseRcOqUgyTYxDY/a7db+qAFnwuWzeJw0RH0crIf3aHIyEjvZaJL6zHS
        biNVXBc+KmGOaja+NUniiz4=
        -----END PRIVATE KEY-----
        """

    static let rsaPublic = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt38O0Io+OhWgqXWtQqPz
        +ztVAH/QuRrNHG1g5PVc1UfqN1sN/zEvd9BaZ9GJfrrdPzZrPXeJ54+l+qzfguUE
        OSjhruPvJpslcgd1Pg1XhOJ9uq17jfMdjZEkc6A9R8UDFkz2sXRS6VBFIuDXj4O9
        S5YzqGkdFbfxeB4IB6ygWwrQiAqTDS9qR/eVKqgHj73Pl1URm+TZOB0BimsDyWJy
        EbT20JZFIC/nlV6v0jt7d1KYCiApryQWR80Q3OB7hD4KPYSzOYc0Foo9NeCb9dss
        YDADud9kWttiDWNdt+2DgUDmvhHRYGGdA9eux9EPQD0g+cD1vAvGUbcjUBhHEVOq
        oQIDAQAB
        -----END PUBLIC KEY-----
        """

    /// The same public key as PKCS#1.
    static let rsaPublicPKCS1 = """
        -----BEGIN RSA PUBLIC KEY-----
        MIIBCgKCAQEAt38O0Io+OhWgqXWtQqPz+ztVAH/QuRrNHG1g5PVc1UfqN1sN/zEv
        d9BaZ9GJfrrdPzZrPXeJ54+l+qzfguUEOSjhruPvJpslcgd1Pg1XhOJ9uq17jfMd
        jZEkc6A9R8UDFkz2sXRS6VBFIuDXj4O9S5YzqGkdFbfxeB4IB6ygWwrQiAqTDS9q
        R/eVKqgHj73Pl1URm+TZOB0BimsDyWJyEbT20JZFIC/nlV6v0jt7d1KYCiApryQW
        R80Q3OB7hD4KPYSzOYc0Foo9NeCb9dssYDADud9kWttiDWNdt+2DgUDmvhHRYGGd
        A9eux9EPQD0g+cD1vAvGUbcjUBhHEVOqoQIDAQAB
        -----END RSA PUBLIC KEY-----
        """

    /// The same public key in a certificate that has expired: keys are trusted by configuration, not by date.
    static let rsaCertificate = """
        -----BEGIN CERTIFICATE-----
        MIICpzCCAY+gAwIBAgIBBzANBgkqhkiG9w0BAQsFADAXMRUwEwYDVQQDDAxnYXRl
        d2F5IHRlc3QwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAXMRUwEwYD
        VQQDDAxnYXRld2F5IHRlc3QwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIB
        AQC3fw7Qij46FaCpda1Co/P7O1UAf9C5Gs0cbWDk9VzVR+o3Ww3/MS930Fpn0Yl+
        ut0/Nms9d4nnj6X6rN+C5QQ5KOGu4+8mmyVyB3U+DVeE4n26rXuN8x2NkSRzoD1H
        xQMWTPaxdFLpUEUi4NePg71LljOoaR0Vt/F4HggHrKBbCtCICpMNL2pH95UqqAeP
        vc+XVRGb5Nk4HQGKawPJYnIRtPbQlkUgL+eVXq/SO3t3UpgKICmvJBZHzRDc4HuE
        Pgo9hLM5hzQWij014Jv12yxgMAO532Ra22INY1237YOBQOa+EdFgYZ0D167H0Q9A
        PSD5wPW8C8ZRtyNQGEcRU6qhAgMBAAEwDQYJKoZIhvcNAQELBQADggEBABrySJe0
        OlzQIfSRl66iedkADeYhwfpfZSOU3YrzHilLXu03s73Z/YyfiYWL9xnmHXySFF3h
        pElWeycIYHP5l1xS8NlYFf7r7hnieoFBR7vopeZtzt1UkzkhFEp9PwSwYnHP0pRa
        NfL4hdrcgA+dPlnvi91dpqZbToOBUxO3+hiKzc/r9MSYzfaeTMF2OaULfCFEjoDC
        GQe5Ov28xZ9REjGQBvgPQMcLLRthrN6+3OM0PdjEasNWbDiV8m9OYpHVxp+XLoSv
        EJKCd64zRme5xlR85EMYKuZE1kXd9ljWRHjUY09PXGNrO8PAMcb4q8mTYLtq3GMM
        DV9XmbrycaT4Z8o=
        -----END CERTIFICATE-----
        """

    /// The same private key as PKCS#1.
    static let rsaPrivatePKCS1 = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEAt38O0Io+OhWgqXWtQqPz+ztVAH/QuRrNHG1g5PVc1UfqN1sN
        /zEvd9BaZ9GJfrrdPzZrPXeJ54+l+qzfguUEOSjhruPvJpslcgd1Pg1XhOJ9uq17
        jfMdjZEkc6A9R8UDFkz2sXRS6VBFIuDXj4O9S5YzqGkdFbfxeB4IB6ygWwrQiAqT
        DS9qR/eVKqgHj73Pl1URm+TZOB0BimsDyWJyEbT20JZFIC/nlV6v0jt7d1KYCiAp
        ryQWR80Q3OB7hD4KPYSzOYc0Foo9NeCb9dssYDADud9kWttiDWNdt+2DgUDmvhHR
        YGGdA9eux9EPQD0g+cD1vAvGUbcjUBhHEVOqoQIDAQABAoIBAC4CWUQXzaeBwcGL
        xJA3jNb7FwKjicHIAxL0J/3wucCuof8UQSux+P15TBnI88lHcG9HpVcJsJXTsmHq
        07Y91zO/2Oqhs1bCQv7W+OJAtSeYJL9YfWjnwwq6kGG/lW3366C9VoPDL4DZxCQN
        LW+KMD4SIMzC4myOLSkZmpjWA3UgEdCMG5VvwbWl3AhHy2Npp4Ztos2+iAc9HYHd
        yfZRxPVRJF0Ei4udlw+XAwDFyeQrbapQyLii/dlOGkqCAmlUp+YToeAEgbm0AFPE
        +za/kop5lWvMALSnr6lC9DtMwrViVwoZVpFCH4I9SPWw4+OH7tTd/b+6TXhz7T+R
        MQg0ngMCgYEA35HUncBrCxOi0YqlOn8JhoBHec2qekBXjFmFeuPH7l/YcURGBzG/
        L676j2TNgm+WLRDMn9+D/6IgcCywtBfvQY1CdtGhLTfRJUkpPHPNcug+KorEthej
        Q9bFgQYAaV8QaNJhUTvD3aA0X/PlWgx7ciLDMMhgYBTVYZVNVaseTOcCgYEA0h0e
        yFapgvma/a9zysOeh9MuYgd1qPKgyAA3PaounllROGQlDGlTDayrk+jHVKh3VfxB
        hVFY7qDQgR2rm+fs1f8+QZ1Z/gSXfUTVXNkmk3qLYUB306o+eiErp0VlYPPxWBSb
        +wcbWSOsmvxNtJ6DfoRpDy6KlFDw92YlVIGEEzcCgYEApTYw9npxH/hcw5g/TaD/
        OwOkzh/rsPfHOpIVD6Ev57mwStN3JG3gqK4XvstxCsjHI3pcnHAiLVBzxDFiS1O8
        nKZ0zTVQdAfhaDpOXLv+wMFa3zk48I87OTCHNzdmKnfzumJtRAh0T1zKF3Y2sHq0
        5r1FnNEWVypOHRSl137in1UCgYA0+57diezo2CRbQDkEsltxiLEziwoCdlxQ0q0b
        YaSrzX4LqEUnYg/NbPM/Mv3AvVKKXjfvdFnmoqqxRFgX0l4IgHqkdRdSVLoWnprm
        9OMjYU1wUp9kwpNKnL6zSW6NCjabrWa/4ETnL3XBB0pY93fVGXKcn3HWgKqi2CEl
        tBsn9QKBgCqyN9oxlEc1tbw0YOIPPhDp1Eh26vyv4VPcKNHzX4dzuVO1AVrC7dw7
        1Lt+Hqq7Gj9gPwprtrSl50W8NtFRjaXJsUnP/VbHkXDqlIMk2MQ2P2u3W/qgBZ8L
        ls3icNER9HKyH92hyMhI72WiS+sx0m4jVVwXPiphjmo2vjVJ4os+
        -----END RSA PRIVATE KEY-----
        """

    static let rsaPrivateEncrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFNTBfBgkqhkiG9w0BBQ0wUjAxBgkqhkiG9w0BBQwwJAQQywceMAX3k5wtGl6G
        lPHukQICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMHggs09+5C8i5cR
        3EnnTjcEggTQZR3BegNzE3u/ij7gZN4Nyq66M2WwhcqoRU8QEisA8wTjnb9YxwU1
        AyWmrihvYW9ZJA+Xa9m6Wu8QNAaxYdA9sEY8Bwignk/RY8qHKqa17HwAqysaiLGP
        37us1zhtPLduRNXRDMcACwAPictW77cb/KJ0tly+poy0GN/OTFwIdME3qA2prfAG
        xbiQnVcGHCs2oDWs90ILXflZhGGe9cSzkKfAZPCefxst5+3nYgEdse7GB1xXEkzS
        BhZXyCySr73OxC2vfMWY904Mzy7wbVeGVMZf03VA/YiN9BBmVgMhyan/hUdVl+IS
        tapxEo1XptArgmceBAY5mAPfvTiQ0SRdk0Me6e9cJeKJqiZApQzOH3LQYZFunMqR
        KuGySgxSFQQTI0ZIRmecHlQzaUIuc8RsnE7ebiQb9OEdCAGkpRzqqjNvzFqMYLfd
        VScmExgN1FjUsgHXisSmuW4E2gNv2+N+CqJAe2mOBuIu9L5x1p5f9F8+sPLGcPsk
        rznWxoNR9Brbks4NuGq5eoF231o0ZMBq/ADgKqSmKe9GIfo0ZaJ7qy0KmTj7RaZs
        94AxhRWDIgeFo/eBuQaj5dvxMdBW0ljzKntmQHpD36nfygSZXk6DbehbGC7I3iU4
        EPrMm0ir03SBM0YFW/InpvM/1M1mLGO7IdKsJcsbRD3PM6bw6YgJZdQJCfaQFMnv
        Ja7X6EUjGGIb2AIhCOoh/rce802RdCZeh8mHCfGNlNYICJmwPfCQ9IvmOb2rorCF
        qaL8TuLnaH4u7eU9dqeP3zRFmwcl7uloC0w/4wlB9I9bpoORmo9Ee+NYmSZl4K9V
        O2dI+6MpvAOEw2VmjBsyQl3d7ofZ7Ljb5aRWEPjWJOPrpbo4olm2WEjUnWp1k1aD
        E9+YWk6B9pJ79KKEnfwRtZef1nUDGcxZxlMDusRxExpa6K8B00BHCZJMzZImtNas
        brbxbC3l0Och3V8hQ7yERTRMnFnpH6vr7Ygxjvb92ANshtJCwdOnDPckTfmDjWxw
        XDwHjvmCOJxSRKLk1p8wnW6uA3o3TyKhgzZOEkNFqsoetp2OHi7WLkt2a9P9efKC
        +gSbVLcyOFZ+jqaPucn4XiFf91UmhkMzvN+Dc6fN8Ex7ZIfkuPi3ZT8HglBuMQT9
        wd2F9XHtLi7AcZAgxU4tZlfMvfXhLMSe24/AEqklQO38NJzUETx1fpjd2/EwIXm8
        86dLeNh6VB2XszUgGp+taoccWDH9ZDrDeLi0xSmpupF9PBQUdGwh+jLPv704wwjI
        7h1o+Fn3QJkkiZNIHxOe5ceZfKUQh1Utz6SyMcb2KI9RxnJogrGQl0kpFktFUCcV
        w5G7X+Nen4eBqiWB2mE6TRb+49LkU/o9mbYYvWSEeZfcZ/tdJW+aiK6K2wKF9z+a
        +TNhYSkQLOsZF1Q+gXdUFmP1ccluCET7gJ7hMxTFBZYbPiDTqEanDJ5AHpZdMDeV
        75+yK1EAUdnTswSAQbZjrtkXrkW8L1AhzVIoOjyTqSn3rsMVL2z2CGSjBsmqWjWU
        mBYgrQ/cE2N6W4YekoDeGOL/dQhA00lWdv037fBGEd5kwAt9lfa3E065fzz4yq4B
        VjJyD3QHH5yXrP8FzwLznIXEwO3DHpo7LlIqB6JruBT1pSWynChaZB4=
        -----END ENCRYPTED PRIVATE KEY-----
        """

    static let rsa1024Public = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCvnauMa5aT63lPdaqaN2ny6zPG
        gfY5j82N8Em7RpcUtEbBD2PNusAkPOqZAAf39nQN/BlKZhgFh6F5uuYIcsvX7L9I
        nUvxzr5KdhZTGgqzWb/571g9Vn5rJ9RY+Gd+cKKpcSDEMlowzY2uI+YfRqVSsVH4
        iETAySAAXl/U0j1r4wIDAQAB
        -----END PUBLIC KEY-----
        """

    static let p256Private = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtFtAZfc5aYvYcTbG
        cLEHCLFNKZ8EJCZaBB7lZEhnhn+hRANCAAQulcBBF86eWp45YgJN8RQRFwfnmuJ7
        9dX1pfSdt7W9L2L0gJlMtewZhikA+5tRC/kOoCJLwb6m6C8Ppi4Bs2wy
        -----END PRIVATE KEY-----
        """

    static let p256Public = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELpXAQRfOnlqeOWICTfEUERcH55ri
        e/XV9aX0nbe1vS9i9ICZTLXsGYYpAPubUQv5DqAiS8G+pugvD6YuAbNsMg==
        -----END PUBLIC KEY-----
        """

    /// The same private key as SEC 1.
    static let p256PrivateSEC1 = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEILRbQGX3OWmL2HE2xnCxBwixTSmfBCQmWgQe5WRIZ4Z/oAoGCCqGSM49
        AwEHoUQDQgAELpXAQRfOnlqeOWICTfEUERcH55rie/XV9aX0nbe1vS9i9ICZTLXs
        GYYpAPubUQv5DqAiS8G+pugvD6YuAbNsMg==
        -----END EC PRIVATE KEY-----
        """

    static let p384Private = """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDB73tdz+no1HZGTd8aZ
        vjJoPnHME3go8zJ7MdPZjmnN26FXWGpNcb1YOx0t8MYS4jahZANiAATl4DooBG9c
        FvFdyB1UeyRsSvTaL2JQkebhKFhRx7HjPJtwyhc0wiidjIcNP2Hpkid8E3OVflLL
        JAiGPxr4DH8AdPXevpAbFFJCn4JECF3IbivdRLSB/KphBartuTY2edY=
        -----END PRIVATE KEY-----
        """

    static let p384Public = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE5eA6KARvXBbxXcgdVHskbEr02i9iUJHm
        4ShYUcex4zybcMoXNMIonYyHDT9h6ZInfBNzlX5SyyQIhj8a+Ax/AHT13r6QGxRS
        Qp+CRAhdyG4r3US0gfyqYQWq7bk2NnnW
        -----END PUBLIC KEY-----
        """

    static let p521Private = """
        -----BEGIN PRIVATE KEY-----
        MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAowcvXPRSJhc9bxck
        H0c79lsyUmJXzhCxCpbngjWpPR/W3Kohs9Kuy1k16TB27F7BKdaQ+9TMU7Uwak09
        ZQNtTDShgYkDgYYABACorSdUZPH3LWfTUwBn1Hygsa8+e205g7mEvBGDo2Zc5K3y
        g2M/8NwR+pgaRL2Au6CtKsnQndicM1CVESwCYdzLjACaOEVZhCnpbmtr/Saa0McD
        ICskWZP2cD9JnU+7cuP6tBAcHjfD2uKqCLsBPunWWolVlShpgdXajk80Ql1zCRO6
        0w==
        -----END PRIVATE KEY-----
        """

    static let p521Public = """
        -----BEGIN PUBLIC KEY-----
        MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAqK0nVGTx9y1n01MAZ9R8oLGvPntt
        OYO5hLwRg6NmXOSt8oNjP/DcEfqYGkS9gLugrSrJ0J3YnDNQlREsAmHcy4wAmjhF
        WYQp6W5ra/0mmtDHAyArJFmT9nA/SZ1Pu3Lj+rQQHB43w9riqgi7AT7p1lqJVZUo
        aYHV2o5PNEJdcwkTutM=
        -----END PUBLIC KEY-----
        """

    /// As many bits as P-256, but another curve.
    static let secp256k1Public = """
        -----BEGIN PUBLIC KEY-----
        MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEybGBR4aP3zpU7GGYWWyI/CNs4bCQZm45
        WYyuMhXUgyqfNQynK3K2GpAqdmPXRssIY3VfChdr606cLxvL50vUnw==
        -----END PUBLIC KEY-----
        """

    static let ed25519Private = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIH8dMvvu7FMSTCgJWqilX/qjmWnLV9llz4ybrfO9bxlI
        -----END PRIVATE KEY-----
        """

    static let ed25519Public = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAOXAlvmwLUoe4/1V7nROJLyeZqiugTvanmQbZBe41yYs=
        -----END PUBLIC KEY-----
        """

    static let ed448Public = """
        -----BEGIN PUBLIC KEY-----
        MEMwBQYDK2VxAzoAcMdEdRnGY33S5eXvXNanHMjqicLorBWFwFqMYSZ34fIqkrYY
        ubsJh8Ltwzd1D1mgGo8SpKnSkloA
        -----END PUBLIC KEY-----
        """

    /// 2048 bits, but the modulus is even: no product of two large primes.
    static let rsaEvenModulusPublic = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzbdB1uJD/smo9CEJE44c
        CBdAtexCk8wB5FUmGdhc1pcWLfl7G17VH21VaOsQo7Zs5BaHD965oBNKrUqJNvOf
        IhTLAarUzGHSCZoaqyHA0OS4xvWWBeiM6q1FftWHMY2S50cMWJdBNkY4BlRVs1Oo
        6BqFSdML7SHcewzZDMtibqy544r5zJ90R9RfIy1AJOfvuANzc9t+6+RCn2HWN6uT
        w1iGnUQYVq/y0QeVucl4pj53MxpTkF7cfZx899Q2t8ea2s0HKQ19TQuzvNvEdac4
        wellDw9343mdqrubEbmRm6/A0nVC/Dt5WzgczQ3MDDU8kcu/9sJ5oJLvwheGhe/l
        MgIDAQAB
        -----END PUBLIC KEY-----
        """
}
