using System.Net;
using Microsoft.AspNetCore.Authorization;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>Who goes past authorization, and who must not.</summary>
public sealed class EndpointAuthorizationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/open", HttpStatusCode.OK)]
    [InlineData("/scope", HttpStatusCode.Unauthorized)]
    [InlineData("/attribute", HttpStatusCode.Unauthorized)]
    [InlineData("/policy", HttpStatusCode.Unauthorized)]
    [InlineData("/requirement", HttpStatusCode.Unauthorized)]
    [InlineData("/nothing", HttpStatusCode.NotFound)]
    public async Task Whatever_asks_for_authorization_gets_it(string path, HttpStatusCode expected) =>
        Assert.Equal(expected, await StatusAsync(path, _ => { }));

    [Fact]
    public async Task With_a_fallback_policy_nobody_goes_past() => Assert.Equal(
        HttpStatusCode.Unauthorized,
        await StatusAsync("/open", options => options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()));

    private static async Task<HttpStatusCode> StatusAsync(string path, Action<AuthorizationOptions> configure)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Services.Configure(configure);
        await using var app = builder.Build();
        app.UseServiceDefaults();
        app.UseEndpointAuthorization();
        app.MapGet("/open", () => "ok");
        app.MapGet("/scope", () => "ok").RequireScope("a:b");
        app.MapGet("/attribute", () => "ok").WithMetadata(new AuthorizeAttribute());
        app.MapGet("/policy", () => "ok").WithMetadata(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        app.MapGet("/requirement", () => "ok").WithMetadata(new AskingAttribute());
        await app.StartAsync(Cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var response = await client.GetAsync(path, Cancellation);
        return response.StatusCode;
    }

    /// <summary>Asks by a requirement of its own.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class AskingAttribute : Attribute, IAuthorizationRequirementData
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new ScopeRequirement("a:b")];
    }
}
