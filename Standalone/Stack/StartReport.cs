namespace ProdReady.Standalone.Stack;

/// <summary>Tells <c>up --detach</c>, by a file, how the start went.</summary>
public static class StartReport
{
    /// <summary>What the file says of a stack that is up.</summary>
    public const string Up = "up";

    /// <summary>Writes it, where somebody asked. The first word counts: by the next one nobody listens any more.</summary>
    public static async Task WriteAsync(string? path, string text)
    {
        if (!string.IsNullOrEmpty(path) && !File.Exists(path))
        {
            var pending = path + ".new";
            await File.WriteAllTextAsync(pending, text);
            File.Move(pending, path, overwrite: true);
        }
    }
}
