using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.Commands;

/// <summary>Every part's lines on the console, each behind its part's name in a colour of its own, and in a file a part.</summary>
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

    public void Write(LogLine line)
    {
        var prefix = $"{line.Source.PadRight(Width)} | ";
        lock (_lock)
        {
            console.WriteLine(colours ? $"{Colours.GetValueOrDefault(line.Source)}{prefix}{Reset}{line.Text}" : prefix + line.Text);
            File(line.Source).WriteLine(line.Text);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files.Values)
        {
            await file.DisposeAsync();
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
