import Routes
import Testing

/// Tokens with a true key and a false signature, made by hand with `TestKeys.rsaPrivate`.
struct ForgedRSASignature: Sendable, CustomTestStringConvertible {
    let algorithm: TokenAlgorithm
    let why: String
    let token: String

    var testDescription: String { "\(algorithm.rawValue): \(why)" }

    static let all: [ForgedRSASignature] = [
        ForgedRSASignature(
            algorithm: .PS256, why: "a salt of 20 bytes",
            token: "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.O3gdNpCQS3YhVVo7icCUe6QcU_bJ-Y"
                + "wGzJw4LMTFP1VcCI1C9Jih_qIL0dl4UJI3of8EtjqMxz0mmM-sVr-l21YH8gPY18B3DNpYBr24IxRCweEO4h_ySI3zJ9"
                + "EPxkTSgUsK_Iegxy2tOKlGGXJb5x6FKA7ESHwSSQRPKRxwj5lx7lTkaDpMi8LButyHmesAXUQCExG_RZH86fbM4mQHlk"
                + "IgwRvGaycxT02B0DkgSiQNxGnIjvi66XUA_M8aJkg2x8cx6bdcBuu4TTA7gRdAaFd7kDT6CwggT5oaawGpuElZgowOmW"
                + "sMMgaHvfYv5lIdhZtXw-0xFlRpBgriXRiBzQ"),
        ForgedRSASignature(
            algorithm: .PS256, why: "an empty salt",
            token: "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.qpi2cXcP0CS8v_UVPx9lvW7HbWIMVY"
                + "bcbyhRBjR8kdK9XzmHCu6d-4C2weSC6EyvncNtnGnZg-wj5hlUycmVzd0Acf2Ft7k-JYU4q-hwZSp_esUyGGM-5KXQW_"
                + "cLgBF_Rg7cNXh5OcA0ayEXFNeJlYlIf0RyDChz10Tp1P3qWOo5Th-MiCtALBumE0191jmKA9QEA0NSlo7S6ToHHHF5dA"
                + "LHoEgUKQk55laCnpmYKEj-eyRVTXm_dva1XUyUg-ihvW9yzQ6mjdCVsUkcJwn4VO-lW1YocjF4rTQTxr4cId_GmRj7LA"
                + "EOo5pq68mY0pU6el7gh7o7DmzTn21Vi4sx9w"),
        ForgedRSASignature(
            algorithm: .PS256, why: "the longest salt",
            token: "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.XasnzSRIZfCRHaSv5WYqhriPAgfnx4"
                + "FVK6DGvkm7-N9_37jftfX2fN2uSbrJDmEVer60R_wgTTH97wxFUgaqoaYpZOysVjsy1yqdf7X19gMe8UJ4mfJI0TakHv"
                + "RQUesm_plEj_I9ddNQYjDCd00REWXR4dB3tLBLzDMdbIx-VrEX4PKPoT1SPPcvs7HY8I8uSksovRaWJYRElu8gDu-lze"
                + "F2lCDK0kSBS7UXkOuSC-T0DT1rkONlKHONNktN7ed9S5wyr6Br3XS1V-IvZyd4rvVgNb_Y8w5I8LplmxzFqqCicm2pbD"
                + "Bkj-K4_AzJ7OFNGwuHYD7iTR0p4e4ZGGnG_A"),
        ForgedRSASignature(
            algorithm: .PS256, why: "MGF1 with another hash",
            token: "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.SjBpek7keW3CimRZ5Udqash3mrDEHe"
                + "Y4Q9OuY9Q76W9FuFq8SQ2em4jghjot6AFmfDD82Mahh8t1G5H8oCGp66dXIfVbW-POwbh3WjwO0o1emQuhuew0kM4baV"
                + "s_UJWsoBVdTqi_E_JL60frHt5l8vxd5lmJr3wKZ-4x-tldqAaTLpaCBwOp8LRSLbal7DrWQsQRekrER-3llIX4rg2ptS"
                + "Fp67CYOM-BH_MrMomXRQ_WBiocgg1lTWqsperrolXfIVhIGsed6A9u2XvtEy65cd7TAv2UGcIDe7_c0mqhpmTS3H3RC1"
                + "NyGX7c30wwfcyjLiDNOOnb-I6Iclwj9OwZ1w"),
        ForgedRSASignature(
            algorithm: .PS256, why: "PKCS#1 v1.5 padding",
            token: "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.FtjfnV72q1ZH-MSqLls7EFdC-_1Qi0"
                + "XieCIkBJeiAn4PKYOuBux7gPsDPVUa_YhWMITHBCVjZS75YE6k1LoZKri6B4dut3ryvti_hxwLLmG6Mkhjx-tqt1DX-7"
                + "ivCN_byIXsl6qRIZpx9nuzKrgEZ4z0Z6RxY6m8nEfkFRrW8acH6N-WPwA_8GZYwevJl0lTLAbmpenzsIpwVg9pZQmZdG"
                + "f3pc5muCWFQd2Z6yY-7ge1xPYRCJypEVPzgRZSbO85JVehJfWMfKyYGloV28AiMTC2BZDBzgJ9Kx42eNzxf_ZjlICbCh"
                + "qm1xumgMyUMEBFf0AKDgITk_FT2_-ide4CNg"),
        ForgedRSASignature(
            algorithm: .PS256, why: "another hash",
            token: "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.BIklucA1FE4hMaultAsXKxNQ-NzDhv"
                + "Um0Mla3cXgbIEghspBFKKj_MJF7dxFNb7nEWW_Yuw20okMx-Ozkcq59GwLq52r6SMDpxlihdjUmoDJu2hlY9eXiKsvEZ"
                + "LzfXT65udeyGrd9BZdqZeD6c59ZDX4pFw82aUt-bojhqHKQfP4k_hDzdngaSkjjojr1FY2uqE1YfryzeB8jppj3Fv8cd"
                + "Kfa_PybjE8kQU9wffrBfKFidbo3IKbdFPmLdb7T7GBsvQvvEeSDaoWZnYGXK9EutidtEQd8g7JY7Kj1mqNHIKdcVD3nW"
                + "tofffZhLXYZU98h49vKK9pgYDzGVCUxgfaIw"),
        ForgedRSASignature(
            algorithm: .RS256, why: "PSS padding",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.nNqsld6CuFiSpyCW4irmI47zuByyCv"
                + "2rQzWeBPiPrWA8tnL-imtLHQkYhOUilw4vYTLtoDAcnofZEVCWT3h7LibCfRFxt3fmSVFaTkUJk9VvRSEfJgqXEweTIF"
                + "TY34cbki2lDdz5ZqqEQggP7ZaeIbcsjAyt4uhv0kT-Nx9e4TlLMNc6G7cMlzh7qipy1cobVXTslNAgtunaPGF-WS9XF4"
                + "B6_IrhSUwhZtG52ktQfmvSa8qyjRANsH4IIi3gtiDmNT7v4TSq7hYTtnL9px0OJUM-0itqBw_EPKWKjyDXmbKBKjDkDW"
                + "3gxikme_ZIMe8jvm4Kk2yeRoryd8qr3rNidQ"),
        ForgedRSASignature(
            algorithm: .RS256, why: "another hash",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.hHW8ANxdsUwIf8cddMtRlfliK_dsAL"
                + "5wvoLlSAjVDlrNtloIC8Cnx6CpYsyWI4P8RjAVlmamVTNS91p5PPf5BrsdVnUKZSSrqiZNs1-h6iAxjVBupcSTWJcUw0"
                + "whogKgj1WvSPKhSXMSe3NiBe3tN-HeWq7ocCEFt_LDqi8uXcjNhbH1RML3mq0ToQ31zxA-H9cWzuc7fEF5ZvHmjIE9Yg"
                + "6o-2sBbOaL9JZTNBeTlc7NoVbOsKIpbm6xNfvS3wBYGY-Rlucd-nWMJ-Ydfg4-L1iPDPNWQ52cTjpEQD5wb-ykv2p-NB"
                + "Ha2DHojFe_BFl83xoE9kMQONExuMijrWfecw"),
        ForgedRSASignature(
            algorithm: .RS256, why: "SHA-1",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.UaVpuSZj0i4KqBuBlE1xx-VPh86si7"
                + "X2yorGspLROr9HP17G-2hciJsnHkzvKakoaW0y7YnVr12milkqGTVVIhlPLTSks8wt25TNRko_hPsqFyIh_2OPNgNfJA"
                + "SU8H9x1PnxAi5Q4geE_HzNY6lDAuPSyHv1EZac6nmew6yIEWP_3FQ9xpcSkUmtCnRj5RZlay4xOPhuafhugzNkYc4R7Y"
                + "H-DYzRXWTiM87PcrtcOczPmv5mMGDeSuMgUh-KQT2gi4v0WvkyFmHRJHCbCUcm0b3wG_z_QGgfSxqiHetE8L5CcAWOdx"
                + "s4XDNrP8dIz1lzFHReWnWq6WPI2D_YI15Krw"),
        ForgedRSASignature(
            algorithm: .RS256, why: "short padding with bytes behind the hash (Bleichenbacher 2006)",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.kQAMa6hMmANIDuhSs02mYhMV47M7LK"
                + "1GmG32lX8bnZe9glOkmC4dQa1dRu_oRx_WNZeIhtUKd5Cljs4xtFn2Dai69DnT7GdFxitTL_mnpfF56myiRUwEPa4zOu"
                + "aTAGoELuh0p-N8I5ugpqmWZaCdHu8ZNZLFFGQ57VuyeelL_93a2dVKOG03c3AIe4iReDBjX6XDf86mIt3-3KkHCqW32c"
                + "S9OX4fcJOxLweXSdV4ul1lY9GYZpNdsQlL_xBWCghDk7NLXC0wXk83-5Bl7IquJaqxJhEymtLbHMfXai3zCp7soMRPh5"
                + "bPHymglBdyz9aYYFhXC4fS4jGQylIRmqynVA"),
        ForgedRSASignature(
            algorithm: .RS256, why: "no DigestInfo",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.FFc51Dp5fhC5LNeHkttnz2dgbuzjme"
                + "XcdoKnbcuvJcfpEgrynBVgyjwFN7JAjrztvOuIdba5k1ZM_UIX8ZqXFw_ZrM4_Px5WreQc48lRJlWYw0ichMYP-zoTXo"
                + "NJaTncg6nJv-uH5-p-MkTl4yoqPoVfkW9WYdWKOCFecBMgcjd2DS-JQzOKh-_yDrHztaJQDc7QVEB9U6S_GLtHy5EGMh"
                + "JJo088PGHkgm6lIpHkpnPqOP1QpneX4Vh7ELP2WknEkhBysWM2sbJvXeDTYNv2aZqJJ_TUfNFAMCUSdpOsau4wlcLnIP"
                + "eKa3kph0mYCHx0-jxoda9IJPrw7HFnhO8DxQ"),
        ForgedRSASignature(
            algorithm: .RS256, why: "block type 2",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.Dh8qFSeP-LfgC6olTAHYt1L2JztPz-"
                + "ZY9pNLN-IDkC1VniiMtgHLI6cnEfrmVIFu7JWh6Ndwlp0fcLFt3QDK8WMJuv_boh8_7VoIiYh0ChkwRAyo4_HPay3VjI"
                + "91icec2gMXXV7_z2f5T-71iR4-Dh0S6wHYaCI6WqjEkP2nBwUzM0aPLrH1XrA6lnDAX1IUnUHrl_soFCkpqyZXxC6Byw"
                + "kLUL1YHWpKGDZT22PH2ssQ7THL1mxu8qwu1V-w5VUcwzkfOVCJHkSNlHW87YRY8LiSI5Qk44ghJqWPrx0iW9gButjpCx"
                + "5izB_V6pVfdS8pyXSmx9gBuECQ4D5x08oEog"),
        ForgedRSASignature(
            algorithm: .RS256, why: "a padding byte that is not FF",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.X8IHjL6BhdYdRgphhNEtyzA8bs43t8"
                + "wCrV55ehg8QU_HEvu1GTiLSRuD7LKCjgTk8mdkhTbkt3JlwfkOYcj_t4VAqbKAFVtXJHaBab__NFvbhhtKtm4CeeH1Lk"
                + "BpBlz_YUZkkVDu5WiF02ngj1tG9lHpD3e0SK16gVuXH3BexJcxwF0FRmzlcg2iAJDFqs8vK67-RY2u8-5hD-L7mVO4rc"
                + "REapNhavasoSgHKF_BowTJqqrJGgJZDemEa-oqqAtwFnoi8tEs5yqOgEArQrwlqxj9NSFysAroFEAbMAD3TzEJUgq3we"
                + "6sh_FRhfteL2md-a535kO6_ghj8UHOgPS8Eg"),
        ForgedRSASignature(
            algorithm: .RS256, why: "truncated by a byte",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.G7AoN5oJYxhaPmQHn-2jRNlq0X1Zj-"
                + "Sh4eE6UH-6VOfhtSfQiqLkLoGaA1QvEYv8KwrbdxUZKgrSsR_bGIda3AGsKAFWyDPdQvgHmEfgqYktL5L4YZs2yjFH5q"
                + "9qhpGcA_PXv_qrD4H3rZYKOsdGp9ipd5XkgHuG5Otk_uXgEBLXjp4qREqOljF9qnKlWyIqLbl0BvRlY5kMtzUo1mcCXQ"
                + "7cD-K1P8TP-d_FkK37BYgEyTOZsKexFJrVs93EQE795dB7YMmH-1giLX1PuXa2HOsf72-6M7wGa6RJsICgTy4cx1D0cP"
                + "uP1zDruC4w3BToiICAozKw7q6H9zulvZGQ"),
        ForgedRSASignature(
            algorithm: .RS256, why: "a zero byte in front",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.ABuwKDeaCWMYWj5kB5_to0TZatF9WY"
                + "_koeHhOlB_ulTn4bUn0Iqi5C6BmgNULxGL_CsK23cVGSoK0rEf2xiHWtwBrCgBVsgz3UL4B5hH4KmJLS-S-GGbNsoxR-"
                + "avaoaRnAPz17_6qw-B962WCjrHRqfYqXeV5IB7huTrZP7l4BAS146eKkRKjpYxfapypVsiKi25dAb0ZWOZDLc1KNZnAl"
                + "0O3A_itT_Ez_nfxZCt-wWIBMkzmbCnsRSa1bPdxEBO_eXQe2DJh_tYIi19T7l2thzrH-9vujO8BmukSbCAoE8uHMdQ9H"
                + "D7j9cw67guMNwU6IiAgKMysO6uh_c7pb2RkFA"),
        ForgedRSASignature(
            algorithm: .RS256, why: "a zero byte behind",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.G7AoN5oJYxhaPmQHn-2jRNlq0X1Zj-"
                + "Sh4eE6UH-6VOfhtSfQiqLkLoGaA1QvEYv8KwrbdxUZKgrSsR_bGIda3AGsKAFWyDPdQvgHmEfgqYktL5L4YZs2yjFH5q"
                + "9qhpGcA_PXv_qrD4H3rZYKOsdGp9ipd5XkgHuG5Otk_uXgEBLXjp4qREqOljF9qnKlWyIqLbl0BvRlY5kMtzUo1mcCXQ"
                + "7cD-K1P8TP-d_FkK37BYgEyTOZsKexFJrVs93EQE795dB7YMmH-1giLX1PuXa2HOsf72-6M7wGa6RJsICgTy4cx1D0cP"
                + "uP1zDruC4w3BToiICAozKw7q6H9zulvZGQUAA"),
        ForgedRSASignature(
            algorithm: .RS256, why: "the signature plus the modulus",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.ANMvNwgkR50t-ufZtOKRl0AUv9H9Kk"
                + "j_bv5OmzV1Fyovy-yC3onUE6ZR9GsluJBG2WpBRrSMoxGaeKvMuptsXxUqjdblRe7PArT_fNZVOC5rqupAc--OVFfCbF"
                + "pPp85WnxpAznFu_fjSPNB24cpLA_Nu3R__AZYzeF0JbQaSgGsdqBaovVF5-N4pEtUarOrf-cUOhaLZPpu2DkGgLJ_JdG"
                + "7D0uB4-l_0t48-dWLpdnzanNNTw1_Lx1xn5pC-P8SNCCNVLppQvBHiX2Nd669R4n0bI6lPHo6XaHkHp2huI9BvA4Vixd"
                + "FdLNsImn__QBxSCYJBdl8-d0Blq0dT7M7lOvE"),
        ForgedRSASignature(
            algorithm: .RS256, why: "nothing",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9."),
        ForgedRSASignature(
            algorithm: .RS256, why: "all zeros",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ForgedRSASignature(
            algorithm: .RS256, why: "the number one",
            token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjQxMDI0NDQ4MDB9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQ"),
    ]
}
