using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>
/// Has PostgreSQL recover a data directory in single-user mode: no socket that anybody could connect to, and when its input is at an end, it
/// has recovered, begun a new timeline and shut down. It gets all of its settings from us, since those in the directory are of another machine.
/// </summary>
internal sealed class RecoveryRun(string postgres, string directory, ServerAccount account)
{
    /// <summary>The folder in the data directory that goes when it is recovered.</summary>
    public const string Folder = "prodready-recovery";

    /// <summary>What asks PostgreSQL to recover.</summary>
    private const string Signal = "recovery.signal";
    private const string StandbySignal = "standby.signal";
    private const string Database = "template1";

    /// <summary>What <c>ALTER SYSTEM</c> wrote on the lost machine: programs, libraries, files and sizes that this one may not have.</summary>
    private const string SystemSettings = "postgresql.auto.conf";

    /// <summary>The folder that holds the log.</summary>
    public string WalFolder => Path.Combine(directory, Folder, "wal");

    /// <summary>Recovers.</summary>
    /// <param name="at">To which time, or as far as the log reaches.</param>
    /// <param name="plan">Along which timeline.</param>
    /// <param name="say">Takes PostgreSQL's lines on its way.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public async Task<RecoveryOutcome> RunAsync(
        DateTimeOffset? at, WalPlan plan, Action<string> say, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, Folder, "postgresql.conf"), "", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, Signal), "", cancellationToken);
        File.Delete(Path.Combine(directory, StandbySignal));
        var (settings, aside) = (Path.Combine(directory, SystemSettings), Path.Combine(directory, Folder, SystemSettings));
        Move(settings, aside);
        await account.OwnAsync(directory, cancellationToken);
        var log = new RecoveryLog(say);
        var code = await RunAsync(Arguments(at, plan), log, cancellationToken);
        if (code != 0 || File.Exists(Path.Combine(directory, Signal)))
        {
            return new(log.WhyNot(at, plan.Timeline.Number, code), log.LastCommit, log.RedoneUntil);
        }

        Move(aside, settings);
        Directory.Delete(Path.Combine(directory, Folder), recursive: true);
        return new(null, log.LastCommit, log.RedoneUntil);
    }

    private static void Move(string from, string to)
    {
        if (File.Exists(from))
        {
            File.Move(from, to, overwrite: true);
        }
    }

    private string[] Arguments(DateTimeOffset? at, WalPlan plan)
    {
        Dictionary<string, string> settings = new()
        {
            ["config_file"] = Path.Combine(directory, Folder, "postgresql.conf"),
            // Relative to the data directory, so that no path has to be quoted. A file that is not there is the log's end; one that cannot be
            // copied is none: above 125, PostgreSQL gives up
            ["restore_command"] = $"[ -e \"{Folder}/wal/%f\" ] || exit 1; cp \"{Folder}/wal/%f\" \"%p\" || exit 255",
            ["recovery_target_timeline"] = plan.Target,
            ["recovery_target_action"] = "promote",
            // Nobody reads meanwhile, and then it does not matter that the lost server allowed more connections
            ["hot_standby"] = "off",
            ["max_prepared_transactions"] = "1000",
            ["shared_preload_libraries"] = "",
            ["archive_mode"] = "off",
            ["ssl"] = "off",
            ["logging_collector"] = "off",
            ["log_destination"] = "stderr",
            // The log is read by us
            ["log_line_prefix"] = "",
            ["log_min_messages"] = "warning",
            ["lc_messages"] = "C",
            ["timezone"] = "UTC",
        };
        if (at is { } time)
        {
            settings["recovery_target_time"] = time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture);
        }

        return ["--single", "-D", directory, .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" }), Database];
    }

    private async Task<int> RunAsync(string[] arguments, RecoveryLog log, CancellationToken cancellationToken)
    {
        string[] command = [.. account.Wrapper, postgres, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        LibpqEnvironment.Apply(new Dictionary<string, string>(), start.Environment);
        try
        {
            using var process = Process.Start(start)!;
            await using var kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
            process.StandardInput.Close();
            var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
            while (await process.StandardError.ReadLineAsync(cancellationToken) is { } line)
            {
                log.Add(line);
            }

            await output;
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return process.ExitCode;
        }
        catch (Win32Exception exception)
        {
            throw new BackupException($"{postgres} cannot be started: {exception.Message}.", exception);
        }
    }
}
