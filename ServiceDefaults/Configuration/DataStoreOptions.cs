using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>The data stores' connection strings as configured, kept for validation at start.</summary>
public sealed class DataStoreOptions
{
    /// <summary>The section that holds them.</summary>
    public const string SectionName = "ConnectionStrings";

    /// <summary>Whether this service uses Postgres.</summary>
    internal bool UsesPostgres { get; set; }

    /// <summary>Whether this service uses Redis.</summary>
    internal bool UsesRedis { get; set; }
}

internal sealed class ValidateDataStoreOptions(IConfiguration configuration) : IValidateOptions<DataStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, DataStoreOptions options)
    {
        var failures = new List<string>();
        if (options.UsesPostgres)
        {
            if (!ConnectionUrl.TryParsePostgres(configuration.GetConnectionString("prodready"), out _, out var error))
            {
                failures.Add(
                    $"DATABASE_URL (ConnectionStrings:prodready) {error}. "
                    + "Example: postgres://user:password@localhost:5432/prodready");
            }

            if (configuration.GetConnectionString("prodready-direct") is { Length: > 0 } direct
                && !ConnectionUrl.TryParsePostgres(direct, out _, out error))
            {
                failures.Add(
                    $"DIRECT_URL (ConnectionStrings:prodready-direct) {error}. "
                    + "Example: postgres://user:password@localhost:5432/prodready");
            }
        }

        if (options.UsesRedis && !ConnectionUrl.TryParseRedis(configuration.GetConnectionString("redis"), out _, out var problem))
        {
            failures.Add($"REDIS_URL (ConnectionStrings:redis) {problem}. Example: redis://:password@localhost:6379");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
