/** A key that signs nothing but the certificate below. */
export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtdZq8ybxCiNZFwq6
VAyuY/1CauOp2jyXi0VZu8eestGhRANCAAR0UYivGbMJTWVXRg9lqGW1Ib97oTW7
Fp5aTVf9tIUmo2dUUQNFCwkdwL/+AZ3Jfcd6ac6k5DQzoWk/pSaifNdo
-----END PRIVATE KEY-----
`;

/** A certificate for `localhost` and `platform.localhost` that no authority has signed. */
export const selfSignedCertificate = `-----BEGIN CERTIFICATE-----
MIIBuzCCAWGgAwIBAgIUVAHN2HXmlVY5tByQ+5+1ZTTTVvgwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwScGxhdGZvcm0ubG9jYWxob3N0MCAXDTI2MTEyODA4MTkxOVoY
DzIxMjYxMTA0MDgxOTE5WjAdMRswGQYDVQQDDBJwbGF0Zm9ybS5sb2NhbGhvc3Qw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR0UYivGbMJTWVXRg9lqGW1Ib97oTW7
Fp5aTVf9tIUmo2dUUQNFCwkdwL/+AZ3Jfcd6ac6k5DQzoWk/pSaifNdoo30wezAd
BgNVHQ4EFgQU4+DxZjsHGA0U3M1u+fnXFVi5uRcwHwYDVR0jBBgwFoAU4+DxZjsH
GA0U3M1u+fnXFVi5uRcwDwYDVR0TAQH/BAUwAwEB/zAoBgNVHREEITAfghJwbGF0
Zm9ybS5sb2NhbGhvc3SCCWxvY2FsaG9zdDAKBggqhkjOPQQDAgNIADBFAiEAz0LR
b50F4rYjOqhuWNBFkLMP7e63PHdkTbd8iUMycywCICAkj1Q2ZDsGCQDPlYSEM6EI
TX6GDuCiMsWiQuxsPe8H
-----END CERTIFICATE-----
`;
