using System.Reflection;
using System.Runtime.ExceptionServices;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.ServiceDefaults.Postgres;

/// <summary>
/// Migrates one schema in <see cref="StartingAsync"/>, that is before any other hosted service and before Kestrel listens.
/// Replicas that start together take turns by an advisory lock; the later ones find nothing left to do. A service that goes on without
/// Postgres does not wait for one that is away, and for a lock as long as others wait for Postgres.
/// </summary>
internal sealed partial class MigrationWorker(
    string schema,
    Assembly assembly,
    bool isVital,
    IEnumerable<MigrationScript> sharedScripts,
    IConfiguration configuration,
    TimeProvider time,
    ILogger<MigrationWorker> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>How long the start waits for a database that is not up yet; without need of it, for a lock.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string LockTimeout = "2s";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan FailureDelay = TimeSpan.FromMinutes(1);

    /// <summary>The service's own scripts have 100, and may build on these.</summary>
    private static readonly SqlScriptOptions BeforeTheServices = new() { RunGroupOrder = 1 };

    private readonly CancellationTokenSource _stopping = new();
    private Task _background = Task.CompletedTask;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var connectionString = ConnectionString();
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await MigrateAsync(connectionString, isVital ? TimeSpan.Zero : Patience, cancellationToken);
                return;
            }
            catch (PostgresException exception) when (
                exception.SqlState == PostgresErrorCodes.LockNotAvailable && (isVital || time.GetElapsedTime(started) < Patience))
            {
                // Another replica migrates, or a dump is under way: however long that takes, where nothing works before it has
                Log.WaitingForLock(logger, schema);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
            catch (Exception exception) when (DatabaseOutage.Caused(exception) && !isVital)
            {
                Log.StartingUnmigrated(logger, schema, exception.Message);
                _background = Task.Run(() => MigrateLaterAsync(connectionString, _stopping.Token), CancellationToken.None);
                return;
            }
            catch (Exception exception) when (DatabaseOutage.Caused(exception) && time.GetElapsedTime(started) < Patience)
            {
                Log.WaitingForDatabase(logger, schema, exception.Message);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _background.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>As BackgroundService does: a host may be stopped after it was disposed of.</summary>
    public void Dispose() => _stopping.Cancel();

    private async Task MigrateLaterAsync(string connectionString, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Task.Delay(RetryDelay, time, stopping);
                try
                {
                    await MigrateAsync(connectionString, TimeSpan.Zero, stopping);
                    return;
                }
                catch (Exception exception) when (stopping.IsCancellationRequested
                    || (DatabaseOutage.Caused(exception) && exception is not PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }))
                {
                    // Said already; or whoever starts next finds it as it is
                }
                catch (Exception exception)
                {
                    // Such as a server that takes no changes before it is promoted
                    Log.FailedForNow(logger, schema, FailureDelay, exception);
                    await Task.Delay(FailureDelay, time, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private string ConnectionString()
    {
        var value = configuration.GetConnectionString("prodready-direct") is { Length: > 0 } direct
            ? direct
            : configuration.GetConnectionString("prodready");
        return ConnectionUrl.TryParsePostgres(value, out var connectionString, out var error)
            ? connectionString
            : throw new InvalidOperationException($"The connection string 'prodready' {error}.");
    }

    /// <summary>What has no time limit must notice by itself that nobody is at the other end any more. A socket of this machine has no such option.</summary>
    internal static string Patient(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings.Host?.Split(',').Any(host => host.StartsWith('/') || host.StartsWith('@')) != true)
        {
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 30, 10);
        }

        return settings.ConnectionString;
    }

    /// <param name="connectionString">The way to the server.</param>
    /// <param name="statementTimeout">
    /// Zero for none: an index of a large table takes what it takes; given up, it would begin anew at every start, and never be there. A service
    /// that does without is given up on, and its migration made while it serves.
    /// </param>
    /// <param name="cancellationToken">Ends it between statements.</param>
    private async Task MigrateAsync(string connectionString, TimeSpan statementTimeout, CancellationToken cancellationToken)
    {
        // Not pooled: a connection that only goes back to its pool keeps the lock, and other replicas would wait for minutes
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using (var command = new NpgsqlCommand($"SET lock_timeout = '{LockTimeout}'", connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        // Held by this session until it closes, whatever happens to the process
        await using (var command = new NpgsqlCommand(
            "SELECT pg_advisory_lock(hashtextextended('prodready:migrations:' || $1, 0))", connection))
        {
            command.Parameters.AddWithValue(schema);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var command = new NpgsqlCommand($"CREATE SCHEMA IF NOT EXISTS \"{schema}\"", connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var result = DeployChanges.To
            .PostgresqlDatabase(Patient(connectionString), schema)
            .WithScripts(sharedScripts
                .Where(script => script.Schema == schema)
                .Select(script => new SqlScript(script.Name, script.Sql, BeforeTheServices)))
            .WithScriptsEmbeddedInAssembly(assembly, name => name.EndsWith(".sql", StringComparison.Ordinal))
            .JournalToPostgresqlTable(schema, "schema_versions")
            .WithTransactionPerScript()
            .WithExecutionTimeout(statementTimeout)
            .WithVariablesDisabled()
            .WithPreprocessor(new BoundedLocks())
            .LogTo(new DbUpLog(logger))
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            if (DatabaseOutage.Caused(result.Error))
            {
                ExceptionDispatchInfo.Throw(result.Error);
            }

            throw new InvalidOperationException(
                $"Migration {result.ErrorScript?.Name} of schema '{schema}' failed: {result.Error.Message}", result.Error);
        }

        foreach (SqlScript script in result.Scripts)
        {
            Log.Migrated(logger, schema, script.Name);
        }
    }

    /// <summary>
    /// A change of a table waits for whoever uses it, such as a dump, and everybody else then waits behind the change: so only for a moment, and
    /// then again.
    /// </summary>
    private sealed class BoundedLocks : IScriptPreprocessor
    {
        public string Process(string contents) => $"SET LOCAL lock_timeout = '{LockTimeout}';\n{contents}";
    }

    private sealed class DbUpLog(ILogger logger) : IUpgradeLog
    {
        public void LogTrace(string format, params object[] args)
        {
        }

        public void LogDebug(string format, params object[] args)
        {
        }

        public void LogInformation(string format, params object[] args)
        {
        }

        public void LogWarning(string format, params object[] args) => Log.DbUpSaid(logger, Text(format, args));

        // Also thrown, with the script's name, and logged once by whoever catches it
        public void LogError(string format, params object[] args)
        {
        }

        public void LogError(Exception ex, string format, params object[] args)
        {
        }

        private static string Text(string format, object[] args) =>
            string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Waiting for the database to migrate schema {Schema}: {Reason}")]
        public static partial void WaitingForDatabase(ILogger logger, string schema, string reason);

        [LoggerMessage(LogLevel.Information, "Waiting for a lock to migrate schema {Schema}: another replica migrates it, or a dump is under way")]
        public static partial void WaitingForLock(ILogger logger, string schema);

        [LoggerMessage(LogLevel.Error, "Starting before schema {Schema} is migrated; it is as soon as the database lets it: {Reason}")]
        public static partial void StartingUnmigrated(ILogger logger, string schema, string reason);

        [LoggerMessage(LogLevel.Error, "Schema {Schema} cannot be migrated, and what needs it fails; tried again in {Delay}")]
        public static partial void FailedForNow(ILogger logger, string schema, TimeSpan delay, Exception exception);

        [LoggerMessage(LogLevel.Information, "Schema {Schema} migrated by {Script}")]
        public static partial void Migrated(ILogger logger, string schema, string script);

        [LoggerMessage(LogLevel.Warning, "DbUp: {Message}")]
        public static partial void DbUpSaid(ILogger logger, string message);
    }
}
