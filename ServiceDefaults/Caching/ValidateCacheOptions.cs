using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Caching;

internal sealed partial class ValidateCacheOptions : IValidateOptions<CacheOptions>
{
    private static readonly TimeSpan Longest = CacheEntryOptions.Longest;

    public ValidateOptionsResult Validate(string? name, CacheOptions options)
    {
        var failures = new List<string>();
        if (!PrefixPattern().IsMatch(options.KeyPrefix ?? ""))
        {
            failures.Add(
                "Cache:KeyPrefix must be 1 to 64 letters, digits, dots, colons, dashes or underscores. Example: prodready:cache");
        }

        Span(nameof(options.DefaultTtl), options.DefaultTtl, TimeSpan.FromSeconds(1), Longest, "1 s to 30 days", "00:05:00");
        Span(nameof(options.StaleFor), options.StaleFor, TimeSpan.Zero, Longest, "0 to 30 days", "01:00:00");
        Span(
            nameof(options.RedisTimeout), options.RedisTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(2), "10 ms to 2 s",
            "00:00:00.250");
        Span(
            nameof(options.FactoryTimeout), options.FactoryTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60),
            "10 ms to 60 s", "00:00:01");
        if (options.Jitter is not (>= 0 and <= 0.5))
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture, $"Cache:Jitter is {options.Jitter}; it must be 0 to 0.5. Example: 0.1"));
        }

        if (options.MaxEntries is < 100 or > 10_000_000)
        {
            failures.Add($"Cache:MaxEntries is {options.MaxEntries}; it must be 100 to 10000000. Example: 100000");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Span(string key, TimeSpan value, TimeSpan shortest, TimeSpan longest, string range, string example)
        {
            if (value < shortest || value > longest)
            {
                failures.Add($"Cache:{key} is {value:c}; it must be {range}. Example: {example}");
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9.:_-]{1,64}\z")]
    private static partial Regex PrefixPattern();
}
