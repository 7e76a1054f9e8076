using System.Net;
using System.Security.Claims;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using ProdReady.Gateway.Proxy.Tokens;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy.Tokens;

/// <summary>A route that asks for a token.</summary>
public sealed class TokenTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task A_good_token_gets_in_and_others_get_a_401_that_says_why()
    {
        var issuer = Own(await TokenIssuer.StartAsync());
        var other = Own(await TokenIssuer.StartAsync());
        var gateway = await ProtectedAsync(issuer.Url);
        var secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes("a shared secret of more than 32 bytes")) { KeyId = "one" };

        using var good = await CallAsync(gateway, issuer.Token("ada"));
        using var none = await gateway.GetAsync("/test/a");

        Assert.Equal("in", await TextAsync(good));
        await RefusedAsync(none, "Send a token as 'Authorization: Bearer'.", "Bearer realm=\"prodready\"");
        await RefusedAsync(await CallAsync(gateway, issuer.Token("ada", validFor: TimeSpan.FromMinutes(-5))), "The token has expired.");
        await RefusedAsync(await CallAsync(gateway, issuer.Token("ada", audience: "another")), "The token is for another service.");
        await RefusedAsync(await CallAsync(gateway, other.Token("ada")), "The token is not valid here.");
        await RefusedAsync(
            await CallAsync(gateway, issuer.Token("ada", credentials: new(secret, SecurityAlgorithms.HmacSha256))), "The token is not valid here.");
        await RefusedAsync(await CallAsync(gateway, "pr_no.token.at-all"), "The token is not valid here.");
    }

    [Fact]
    public async Task The_user_is_known_ahead_of_the_limits()
    {
        var issuer = Own(await TokenIssuer.StartAsync());
        string? user = null;
        var upstream = await ServeAsync("in");
        var gateway = await GatewayAsync(
            host => host.ConfigureServices(services => services.AddSingleton<IStartupFilter>(
                new AfterFilter(context => user = context.User.FindFirstValue(ClaimTypes.NameIdentifier)))),
            [upstream.Url],
            Settings(issuer.Url));

        using var response = await CallAsync(gateway, issuer.Token("ada"));

        Assert.Equal("ada", user);
    }

    [Fact]
    public async Task While_the_issuer_is_away_nobody_gets_in_and_one_line_says_so()
    {
        var issuer = Own(await TokenIssuer.StartAsync());
        var gateway = await ProtectedAsync(NoServer());

        for (var call = 0; call < 3; call++)
        {
            using var response = await CallAsync(gateway, issuer.Token("ada"));
            await response.ProblemAsync(HttpStatusCode.ServiceUnavailable);
            Assert.Equal("5", response.Header("Retry-After"));
        }

        Assert.Equal(LogLevel.Error, Assert.Single(gateway.Logs.Of<IssuerKeys>()).Level);
    }

    private static (string, string?)[] Settings(string authority) =>
        [($"{Route}:AuthorizationPolicy", "jwt"), ("Tokens:Authority", authority), ("Tokens:Audience", "the-api")];

    private async Task<GatewayApp> ProtectedAsync(string authority) =>
        await GatewayAsync([(await ServeAsync("in")).Url], Settings(authority));

    private static Task<HttpResponseMessage> CallAsync(GatewayApp gateway, string token) =>
        gateway.GetAsync("/test/a", null, ("Authorization", $"Bearer {token}"));

    private static async Task RefusedAsync(
        HttpResponseMessage response, string detail, string challenge = "Bearer realm=\"prodready\", error=\"invalid_token\"")
    {
        var problem = await response.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal((detail, challenge), (problem.GetProperty("detail").GetString(), response.Header("WWW-Authenticate")));
        response.Dispose();
    }

    /// <summary>Looks at each request when it is over.</summary>
    private sealed class AfterFilter(Action<HttpContext> look) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (HttpContext context, RequestDelegate rest) =>
            {
                await rest(context);
                look(context);
            });
            next(app);
        };
    }
}
