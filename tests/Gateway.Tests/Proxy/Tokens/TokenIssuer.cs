using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ProdReady.Gateway.Tests.Proxy.Tokens;

/// <summary>An OpenID Connect issuer with a key of its own, its documents over HTTP.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RsaSecurityKey _key;
    private LiveServer _server = null!;

    private TokenIssuer() => _key = new(_rsa) { KeyId = "one" };

    public string Url => _server.Url;

    public static async Task<TokenIssuer> StartAsync()
    {
        var issuer = new TokenIssuer();
        issuer._server = await LiveServer.StartAsync(issuer.AnswerAsync);
        return issuer;
    }

    /// <summary>A token of a user; the rest as it should be, unless said otherwise.</summary>
    public string Token(string user, string audience = "the-api", TimeSpan? validFor = null, SigningCredentials? credentials = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var expires = now + (validFor ?? TimeSpan.FromHours(1));
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Url,
            Audience = audience,
            Claims = new Dictionary<string, object> { ["sub"] = user },
            NotBefore = expires - TimeSpan.FromHours(2),
            IssuedAt = expires - TimeSpan.FromHours(2),
            Expires = expires,
            SigningCredentials = credentials ?? new(_key, SecurityAlgorithms.RsaSha256),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _rsa.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var key = _rsa.ExportParameters(includePrivateParameters: false);
        return context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => context.Response.WriteAsJsonAsync(
                new { issuer = Url, jwks_uri = $"{Url}/keys" }, context.RequestAborted),
            "/keys" => context.Response.WriteAsJsonAsync(
                new
                {
                    keys = new[]
                    {
                        new
                        {
                            kty = "RSA", use = "sig", alg = "RS256", kid = "one",
                            n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent),
                        },
                    },
                },
                context.RequestAborted),
            _ => Results.NotFound().ExecuteAsync(context),
        };
    }
}
