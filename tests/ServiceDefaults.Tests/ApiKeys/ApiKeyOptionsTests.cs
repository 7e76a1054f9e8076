using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

public sealed class ApiKeyOptionsTests
{
    private static readonly ValidateApiKeyOptions Validator = new();

    [Fact]
    public void Every_failure_is_told_at_once()
    {
        var result = Validator.Validate(null, new()
        {
            AdminKey = "too-short",
            MaxStaleness = TimeSpan.FromMinutes(6),
            PollInterval = TimeSpan.FromMilliseconds(10),
        });

        Assert.Equal(
            [
                "PRODREADY_ADMIN_KEY (ApiKeys:AdminKey) is shorter than 24 characters. Make one: openssl rand -hex 32",
                "ApiKeys:MaxStaleness is 00:06:00; it must be 500 ms to 5 min. Example: 00:00:01",
                "ApiKeys:PollInterval is 00:00:00.0100000; it must be 50 ms to half of ApiKeys:MaxStaleness. Example: 00:00:00.250",
            ],
            result.Failures);
    }

    [Fact]
    public void A_poll_that_comes_too_seldom_for_the_staleness_is_refused() =>
        Assert.True(Validator.Validate(null, new() { PollInterval = TimeSpan.FromMilliseconds(501) }).Failed);

    [Fact]
    public void Defaults_are_valid() => Assert.True(Validator.Validate(null, new()).Succeeded);
}
