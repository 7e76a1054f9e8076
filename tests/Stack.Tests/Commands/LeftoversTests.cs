using System.Diagnostics;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Commands;

/// <summary>What is known of a killed stack's processes where there is no <c>/proc</c>: their ids, and when those were written down.</summary>
public sealed class LeftoversTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("prodready-leftovers-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("dotnet", 5, true)]
    [InlineData("postgres", 5, true)]
    [InlineData("dotnet", -5, false)]
    [InlineData("another", 5, false)]
    public async Task A_process_that_only_got_a_recorded_id_is_left_alone(string name, int secondsLater, bool isOurs)
    {
        var program = Path.Combine(_directory, name);
        File.Copy(Programs.Find("sleep")!, program);
        await using var process = await ChildProcess.StartAsync(new() { Name = name, FileName = program, Arguments = ["60"] });
        // On Linux it is two other programs first: see ChildProcess
        await Eventually.ReadAsync(() => Task.FromResult(NameOf(process.Id)), current => current == name);
        using var running = Process.GetProcessById(process.Id);
        var started = running.StartTime.ToUniversalTime();

        Assert.Equal(isOurs, Leftovers.IsOurs(process.Id, started.AddSeconds(secondsLater)));
        await process.StopAsync(TimeSpan.FromSeconds(5));
        Assert.False(Leftovers.IsOurs(process.Id, started.AddSeconds(secondsLater)));
    }

    private static string NameOf(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.ProcessName;
    }
}
