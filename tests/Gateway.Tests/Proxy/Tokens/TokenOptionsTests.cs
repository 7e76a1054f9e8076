using ProdReady.Gateway.Proxy.Tokens;

namespace ProdReady.Gateway.Tests.Proxy.Tokens;

public sealed class TokenOptionsTests
{
    [Fact]
    public void Good_settings_and_none_are_valid() => Assert.All<TokenOptions>(
        [
            new(),
            new() { FirebaseProjectId = "my-project-1234" },
            new() { Authority = "https://login.example.com", Audience = "the-api" },
            new() { Authority = "http://localhost:9000/realms/one", Audience = "the-api" },
        ],
        options => Assert.Empty(Failures(options)));

    [Fact]
    public void Wrong_settings_are_all_named() => Assert.Equal(
        [
            "FIREBASE_PROJECT_ID (Tokens:FirebaseProjectId) and Tokens:Authority or Tokens:Audience are both set. Remove one of them",
            "FIREBASE_PROJECT_ID (Tokens:FirebaseProjectId) is 'https://p', which is no project's id. Example: my-project-1234",
            "Tokens:Authority is 'http://login.example.com'; it must be an https URL, or http on this machine. Example: https://login.example.com",
            "Tokens:Audience is empty; without it, tokens for any other service would be taken. Example: https://api.example.com",
        ],
        Failures(new() { FirebaseProjectId = "https://p", Authority = "http://login.example.com" }));

    [Fact]
    public void Half_a_setting_is_named()
    {
        Assert.Equal(
            "Tokens:Audience is set, but not whose tokens they are. Set Tokens:Authority too. Example: https://login.example.com",
            Assert.Single(Failures(new() { Audience = "the-api" })));
        Assert.Equal(
            "Tokens:Authority is ''; it must be an https URL, or http on this machine. Example: https://login.example.com",
            Assert.Single(Failures(new() { Authority = "", Audience = "the-api" })));
        Assert.Equal(
            "FIREBASE_PROJECT_ID (Tokens:FirebaseProjectId) is '', which is no project's id. Example: my-project-1234",
            Assert.Single(Failures(new() { FirebaseProjectId = "" })));
    }

    private static IEnumerable<string> Failures(TokenOptions options) => new ValidateTokenOptions().Validate(null, options).Failures ?? [];
}
