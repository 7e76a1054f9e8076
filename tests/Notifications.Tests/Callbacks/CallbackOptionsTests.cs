using ProdReady.Notifications.Callbacks;

namespace ProdReady.Notifications.Tests.Callbacks;

public sealed class CallbackOptionsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("https://api.example.com")]
    [InlineData("https://example.com/edge/")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.1:8080")]
    public void An_address_that_Twilio_can_call_is_valid(string? url) => Assert.Null(Failure(url));

    [Theory]
    [InlineData("api.example.com", "is not an absolute https address")]
    [InlineData("ftp://api.example.com", "is not an absolute https address")]
    [InlineData("http://api.example.com", "is http, which is for localhost only: others could read what is sent")]
    [InlineData("https://api.example.com?a=b", "has a query, a fragment or credentials")]
    [InlineData("https://user:pass@api.example.com", "has a query, a fragment or credentials")]
    [InlineData("https://my_api.example.com", "has an underscore in its host's name, which Twilio does not call")]
    public void Another_stops_the_start(string url, string problem) =>
        Assert.Equal($"PUBLIC_URL (Callbacks:PublicUrl) {problem}. Example: https://api.example.com", Failure(url));

    private static string? Failure(string? url) =>
        new ValidateCallbackOptions().Validate(null, new() { PublicUrl = url }).Failures?.Single();
}
