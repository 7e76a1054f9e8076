using ProdReady.Standalone.Commands;

namespace ProdReady.Stack.Tests.Commands;

public sealed class StackLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("prodready-log-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Whoever reads a part's lines would else stop, and the part with it, at its next line.</summary>
    [Fact]
    public async Task A_full_disk_costs_lines_and_nothing_else()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here");
        File.CreateSymbolicLink(Path.Combine(_directory, "gateway.log"), "/dev/full");
        var console = new StringWriter();
        await using (var log = new StackLog(_directory, console, colours: false))
        {
            log.Write(new("gateway", "one"));
            log.Write(new("gateway", "two"));
            log.Write(new("webhooks", "three"));
        }

        Assert.Contains("| two", console.ToString(), StringComparison.Ordinal);
        Assert.Equal("three\n", await File.ReadAllTextAsync(Path.Combine(_directory, "webhooks.log"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_console_that_takes_no_more_leaves_the_files()
    {
        await using var log = new StackLog(_directory, new FullConsole(), colours: false);

        log.Write(new("gateway", "one"));

        Assert.Equal("one\n", await File.ReadAllTextAsync(Path.Combine(_directory, "gateway.log"), TestContext.Current.CancellationToken));
    }

    private sealed class FullConsole : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
