using ProdReady.Gateway.SecurityHeaders;

namespace ProdReady.Gateway.Tests.SecurityHeaders;

public sealed class SecurityHeadersOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(Failures());

    [Fact]
    public void Every_failure_is_named() => Assert.Equal(
        [
            "SecurityHeaders:Default is 'strict', but there is no SecurityHeaders:Sets:strict. There are: api, documentation, shop",
            "SecurityHeaders:Sets:shop:BasedOn is 'website'; it must be one of api, documentation.",
            "SecurityHeaders:Sets:shop:Headers:Content-Length is not for this section: the answer itself needs it as it is. "
                + "Example: X-Frame-Options",
            "SecurityHeaders:Sets:shop:Headers:X-Frame-Options has a line break or a character beyond ASCII in its value. "
                + "Example: sameorigin",
            "SecurityHeaders:Sets:shop:Keep:0 is 'Set Cookie', which is not a header's name. Example: Content-Security-Policy",
            "SecurityHeaders:Remove:0 is 'Content-Type', which is not for this section: the answer itself needs it as it is. "
                + "Example: X-Internal-Host",
            "ReverseProxy:Routes:api:Metadata:SecurityHeaders is 'open', but there is no SecurityHeaders:Sets:open. "
                + "There are: api, documentation, shop",
        ],
        Failures(
            ("SecurityHeaders:Default", "strict"),
            ("SecurityHeaders:Sets:shop:BasedOn", "website"),
            ("SecurityHeaders:Sets:shop:Headers:Content-Length", "0"),
            ("SecurityHeaders:Sets:shop:Headers:X-Frame-Options", "deny\r\nSet-Cookie: a=b"),
            ("SecurityHeaders:Sets:shop:Keep:0", "Set Cookie"),
            ("SecurityHeaders:Remove:0", "Content-Type"),
            ("ReverseProxy:Routes:api:Metadata:SecurityHeaders", "open"),
            ("ReverseProxy:Routes:docs:Metadata:SecurityHeaders", "Documentation"),
            ("ReverseProxy:Routes:shop:Metadata:SecurityHeaders", "shop")));

    private static IEnumerable<string> Failures(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        var options = configuration.GetSection(SecurityHeadersOptions.SectionName).Get<SecurityHeadersOptions>() ?? new();
        return new ValidateSecurityHeadersOptions(configuration).Validate(null, options).Failures ?? [];
    }
}
