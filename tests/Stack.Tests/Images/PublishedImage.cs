using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Images;

/// <summary>An image as <c>docker load</c> would read it.</summary>
/// <param name="Names">Its names with their tags.</param>
/// <param name="Configuration">How its containers start: user, environment, labels.</param>
/// <param name="Files">The paths of its files, without a slash in front.</param>
public sealed record PublishedImage(IReadOnlyList<string> Names, JsonElement Configuration, IReadOnlySet<string> Files)
{
    /// <summary>Whom its processes belong to.</summary>
    public string? User => Configuration.GetProperty(nameof(User)).GetString();

    /// <summary>A command as the image has it, such as its entry point.</summary>
    public string? Command(string name) =>
        Configuration.TryGetProperty(name, out var words) && words.ValueKind == JsonValueKind.Array
            ? string.Join(' ', words.EnumerateArray().Select(word => word.GetString()))
            : null;

    /// <summary>The value of an environment variable.</summary>
    public string? Variable(string name) => Configuration.GetProperty("Env").EnumerateArray()
        .Select(variable => variable.GetString()!.Split('=', 2))
        .FirstOrDefault(variable => variable[0] == name)?[1];

    /// <summary>The value of one of OCI's labels.</summary>
    public string? Label(string name) =>
        Configuration.GetProperty("Labels").TryGetProperty($"org.opencontainers.image.{name}", out var label) ? label.GetString() : null;

    /// <summary>Runs <c>dotnet publish -t:PublishContainer</c> into a file, and reads that.</summary>
    /// <param name="project">The service.</param>
    /// <param name="arguments">Further arguments, in which <c>{folder}</c> is a folder that is removed afterwards.</param>
    public static async Task<PublishedImage> PublishAsync(string project, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("prodready-image-").FullName;
        try
        {
            var file = Path.Combine(folder, "image.tar");
            var (exitCode, output) = await Programs.RunAsync(
                new()
                {
                    Name = "dotnet",
                    FileName = "dotnet",
                    Arguments =
                    [
                        "publish", Path.Combine(Checkout.Directory, project), "-t:PublishContainer", "--nologo",
                        $"-p:PublishDir={folder}/published/", $"-p:ContainerArchiveOutputPath={file}",
                        .. arguments.Select(argument => argument.Replace("{folder}", folder, StringComparison.Ordinal)),
                    ],
                    WorkingDirectory = Checkout.Directory,
                },
                TestContext.Current.CancellationToken);
            Assert.True(exitCode == 0, output);
            return Read(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static PublishedImage Read(string file)
    {
        var entries = new Dictionary<string, byte[]>();
        using (var stream = File.OpenRead(file))
        {
            using var reader = new TarReader(stream);
            while (reader.GetNextEntry() is { } entry)
            {
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                entries[entry.Name] = content.ToArray();
            }
        }

        var manifest = JsonElement.Parse(entries["manifest.json"])[0];
        var names = manifest.GetProperty("RepoTags").EnumerateArray().Select(tag => tag.GetString()!);
        var layers = manifest.GetProperty("Layers").EnumerateArray().SelectMany(layer => FilesOf(entries[layer.GetString()!]));
        var image = JsonElement.Parse(entries[manifest.GetProperty("Config").GetString()!]);
        return new([.. names.Order()], image.GetProperty("config"), layers.ToHashSet());
    }

    private static List<string> FilesOf(byte[] layer)
    {
        var files = new List<string>();
        using var content = new GZipStream(new MemoryStream(layer), CompressionMode.Decompress);
        using var reader = new TarReader(content);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType != TarEntryType.Directory)
            {
                files.Add(entry.Name.TrimStart('.', '/'));
            }
        }

        return files;
    }
}
