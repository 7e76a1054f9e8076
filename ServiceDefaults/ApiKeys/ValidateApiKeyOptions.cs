using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.ApiKeys;

internal sealed class ValidateApiKeyOptions : IValidateOptions<ApiKeyOptions>
{
    private const int ShortestAdminKey = 24;
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortestStaleness = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestStaleness = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
    {
        var failures = new List<string>();
        if (options.AdminKey is { Length: < ShortestAdminKey })
        {
            failures.Add(
                $"PRODREADY_ADMIN_KEY (ApiKeys:AdminKey) is shorter than {ShortestAdminKey} characters. "
                + "Make one: openssl rand -hex 32");
        }

        if (options.MaxStaleness < ShortestStaleness || options.MaxStaleness > LongestStaleness)
        {
            failures.Add($"ApiKeys:MaxStaleness is {options.MaxStaleness}; it must be 500 ms to 5 min. Example: 00:00:01");
        }

        // So that one lost answer does not yet make requests wait
        if (options.PollInterval < ShortestPoll || options.PollInterval > options.MaxStaleness / 2)
        {
            failures.Add(
                $"ApiKeys:PollInterval is {options.PollInterval}; it must be 50 ms to half of ApiKeys:MaxStaleness. "
                + "Example: 00:00:00.250");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
