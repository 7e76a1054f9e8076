using System.Text.RegularExpressions;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Tests.Cli;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

/// <summary>What survives a loss of power, by the system calls of a backup.</summary>
public sealed partial class PowerLossTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_on_the_disk_before_it_has_its_name_and_its_folder_after_that()
    {
        Assert.SkipWhen(Programs.Find("strace") is null, "strace is not installed (apt-get install strace)");
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var trace = Path.Combine(Directory.CreateDirectory(fixture.Root).FullName, "trace");

        var cli = await CliProcess.RunTracedAsync(fixture.Root, ["run"], fixture.CliSettings, "fsync,/^rename", trace);

        Assert.SkipWhen(cli.Error.Contains("ptrace", StringComparison.OrdinalIgnoreCase), $"Nothing can be traced here: {cli.Error}");
        Assert.True(cli.ExitCode == ExitCode.Ok, cli.Error);
        var calls = Calls(await File.ReadAllLinesAsync(trace, Cancelled));
        var names = calls.Where(call => call.Name == "rename" && Path.GetDirectoryName(call.Path) == fixture.Directory).ToList();
        Assert.Equal(Directory.GetFiles(fixture.Directory).Select(Path.GetFileName).Order(), names.Select(call => Path.GetFileNameWithoutExtension(call.Path)).Order());
        foreach (var name in names)
        {
            var given = calls.IndexOf(name);
            Assert.Contains(new("fsync", name.Path), calls[..given]);
            Assert.Contains(new("fsync", fixture.Directory), calls[given..]);
        }
    }

    /// <summary>In their order: a sync when it has ended, and a rename, of its old name, when it begins.</summary>
    private static List<Call> Calls(IEnumerable<string> lines)
    {
        var calls = new List<Call>();
        var underWay = new Dictionary<string, string>();
        foreach (var line in lines)
        {
            if (Rename().Match(line) is { Success: true } rename)
            {
                calls.Add(new("rename", rename.Groups["path"].Value));
            }
            else if (Fsync().Match(line) is { Success: true } fsync)
            {
                underWay[fsync.Groups["thread"].Value] = fsync.Groups["path"].Value;
            }

            // strace splits a call whose thread others overtake
            if (FsyncEnded().Match(line) is { Success: true } ended && underWay.Remove(ended.Groups["thread"].Value, out var path))
            {
                calls.Add(new("fsync", path));
            }
        }

        return calls;
    }

    private sealed record Call(string Name, string Path);

    [GeneratedRegex("""^(?<thread>\d+) +rename\w*\([^"]*"(?<path>[^"]+)""")]
    private static partial Regex Rename();

    [GeneratedRegex("""^(?<thread>\d+) +fsync\(\d+<(?<path>[^>]+)>""")]
    private static partial Regex Fsync();

    [GeneratedRegex("""^(?<thread>\d+) +(fsync\(|<\.\.\. fsync resumed>).*= 0$""")]
    private static partial Regex FsyncEnded();
}
