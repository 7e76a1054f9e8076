using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.Commands;

/// <summary>
/// Every part's lines on the console, each behind its part's name in a colour of its own, and in a file a part. A line that cannot be written, as
/// where the disk is full, is lost, and that is told once: whoever stopped reading would leave the part blocked at its next line.
/// </summary>
internal sealed class StackLog(string directory, TextWriter console, bool colours) : IAsyncDisposable
{
    private const string Reset = "\e[0m";

    private static readonly Dictionary<string, string> Colours = new()
    {
        ["gateway"] = "\e[36m",
        ["webhooks"] = "\e[35m",
        ["notifications"] = "\e[33m",
        ["backups"] = "\e[32m",
        ["postgres"] = "\e[34m",
        ["dashboard"] = "\e[90m",
        ["prodready"] = "\e[1m",
    };

    private static readonly int Width = Colours.Keys.Max(name => name.Length);

    private readonly Dictionary<string, StreamWriter> _files = [];
    private readonly Lock _lock = new();
    private bool _hasFailed;

    public void Write(LogLine line)
    {
        var prefix = $"{line.Source.PadRight(Width)} | ";
        lock (_lock)
        {
            Try(() => console.WriteLine(colours ? $"{Colours.GetValueOrDefault(line.Source)}{prefix}{Reset}{line.Text}" : prefix + line.Text));
            Try(() => File(line.Source).WriteLine(line.Text));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files.Values)
        {
            try
            {
                await file.DisposeAsync();
            }
            catch (IOException failure)
            {
                Tell(failure);
            }
        }
    }

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException failure)
        {
            Tell(failure);
        }
    }

    private void Tell(IOException failure)
    {
        if (_hasFailed)
        {
            return;
        }

        _hasFailed = true;
        try
        {
            Console.Error.WriteLine($"Lines of the log are lost: {failure.Message} The stack goes on.");
        }
        catch (IOException)
        {
            // Standard error is a file on the same disk
        }
    }

    private StreamWriter File(string source)
    {
        if (!_files.TryGetValue(source, out var file))
        {
            Directory.CreateDirectory(directory);
            file = new StreamWriter(Path.Combine(directory, $"{source}.log"), append: false) { AutoFlush = true };
            _files[source] = file;
        }

        return file;
    }
}
