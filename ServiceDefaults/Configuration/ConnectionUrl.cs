using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Npgsql;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>
/// Reads connection strings in either form: the driver's own, or the URL that hosting platforms hand out
/// (<c>postgres://user:p%40ss@host:5432/db?sslmode=require</c>, <c>rediss://:secret@host:6380/0</c>), with several hosts
/// separated by commas and IPv6 addresses in brackets.
/// Its errors name the problem and never the value: the value holds a password.
/// </summary>
public static partial class ConnectionUrl
{
    /// <summary>Reads a Postgres connection string or URL.</summary>
    /// <returns><see langword="false"/> with a sentence in <paramref name="error"/> if it cannot be used.</returns>
    public static bool TryParsePostgres(
        string? value,
        [NotNullWhen(true)] out string? connectionString,
        [NotNullWhen(false)] out string? error)
    {
        connectionString = null;
        try
        {
            var builder = IsUrl(value) ? PostgresUrl.Parse(value) : new NpgsqlConnectionStringBuilder(value);
            error = string.IsNullOrEmpty(builder.Host) ? "names no host" : null;
            DisableKerberos(builder);
            ChooseTheServer(builder);
            connectionString = error is null ? builder.ConnectionString : null;
        }
        catch (MalformedUrlException malformed)
        {
            error = malformed.Message;
        }
        catch (Exception)
        {
            // Of whatever type the driver throws; its message can quote the value
            error = "has an option that Npgsql does not know or cannot read";
        }

        return error is null;
    }

    /// <summary>Reads a Redis connection string or URL.</summary>
    /// <returns><see langword="false"/> with a sentence in <paramref name="error"/> if it cannot be used.</returns>
    public static bool TryParseRedis(
        string? value,
        [NotNullWhen(true)] out ConfigurationOptions? options,
        [NotNullWhen(false)] out string? error)
    {
        options = null;
        try
        {
            options = IsUrl(value) ? RedisUrl.Parse(value) : ConfigurationOptions.Parse(value);
            error = options.EndPoints.Count == 0 ? "names no host" : null;
        }
        catch (MalformedUrlException malformed)
        {
            error = malformed.Message;
        }
        catch (Exception)
        {
            // Of whatever type the driver throws; its message can quote the value
            error = "has an option that StackExchange.Redis does not know or cannot read";
        }

        return error is null;
    }

    /// <summary>
    /// Unless the value asks for it: Npgsql would try Kerberos on every new connection, and small images have no library for it, which is a
    /// line on standard error and an exception each time.
    /// </summary>
    private static void DisableKerberos(NpgsqlConnectionStringBuilder builder)
    {
        if (!builder.Keys.Contains("GSS Encryption Mode", StringComparer.OrdinalIgnoreCase))
        {
            builder.GssEncryptionMode = GssEncryptionMode.Disable;
        }
    }

    /// <summary>
    /// Of several hosts, the one that takes writes, unless the value, or libpq's variable, asks for another: Npgsql would take the first that
    /// answers, which after a failover may be a standby. Of a single host there is nothing to choose, and Npgsql refuses what libpq takes.
    /// </summary>
    private static void ChooseTheServer(NpgsqlConnectionStringBuilder builder)
    {
        const string Choice = "Target Session Attributes";
        if (builder.Host?.Contains(',', StringComparison.Ordinal) != true)
        {
            builder.Remove(Choice);
        }
        else if (!builder.Keys.Contains(Choice, StringComparer.OrdinalIgnoreCase)
            && Environment.GetEnvironmentVariable("PGTARGETSESSIONATTRS") is not { Length: > 0 })
        {
            builder.TargetSessionAttributes = "primary";
        }
    }

    /// <summary>Whether the value is a URL; one that is missing is reported like a malformed one.</summary>
    private static bool IsUrl([NotNull] string? value) => string.IsNullOrWhiteSpace(value)
        ? throw new MalformedUrlException("is missing")
        : SchemePattern().IsMatch(value);

    // A password in the drivers' own form can hold :// too
    [GeneratedRegex(@"^\s*[A-Za-z][A-Za-z0-9+.-]*://")]
    private static partial Regex SchemePattern();
}
