using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.ServiceDefaults.Hosting;

namespace ProdReady.BackupWorker.Cli;

/// <summary>What every command does around its own work: host, errors, exit code.</summary>
internal static class CliAction
{
    /// <summary>Runs a command's work.</summary>
    /// <param name="needsDatabase">Whether it cannot do anything without one.</param>
    /// <param name="work">The work, which returns the exit code.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    public static async Task<int> RunAsync(
        bool needsDatabase, Func<IHost, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        try
        {
            using var host = CliHost.Build();
            // Only these now: which of the others matter is the command's own affair
            _ = host.Services.GetRequiredService<IOptions<SecretFiles>>().Value;
            if (needsDatabase && !CliHost.HasDatabase(host.Services.GetRequiredService<IConfiguration>()))
            {
                return await FailAsync(
                    ExitCode.Configuration,
                    "No database is configured: set DATABASE_URL (postgres://user:password@host:5432/database), "
                    + "or run this in a checkout where ./prodready up is running.");
            }

            return await work(host, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await FailAsync(ExitCode.Interrupted, "Interrupted.");
        }
        catch (Exception exception) when (ServiceRunner.SettingFailures(exception) is { Count: > 0 } failures)
        {
            return await FailAsync(ExitCode.Configuration, string.Join(Environment.NewLine, failures));
        }
        catch (Exception exception) when (exception is BackupException or NpgsqlException or IOException or UnauthorizedAccessException)
        {
            var hint = exception is NpgsqlException and not PostgresException ? " Is it, or the stack, running?" : "";
            return await FailAsync(ExitCode.Failed, FailureSentence.Of(exception) + hint);
        }
    }

    /// <summary>Says what went wrong where it does not mix with results.</summary>
    public static async Task<int> FailAsync(int exitCode, string message)
    {
        await Console.Error.WriteLineAsync(message);
        return exitCode;
    }
}
