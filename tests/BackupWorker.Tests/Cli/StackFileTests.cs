using ProdReady.BackupWorker.Cli;

namespace ProdReady.BackupWorker.Tests.Cli;

public sealed class StackFileTests : IDisposable
{
    private const string Content =
        """
        {
          "gateway": { "url": "http://localhost:8080" },
          "backups": { "url": "http://localhost:5003", "directory": "/state/backups" },
          "connectionStrings": { "prodready": "Host=h;Database=d", "redis": "localhost:6379" },
          "pids": { "supervisor": 1 }
        }
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("prodready-stack-").FullName;

    [Fact]
    public void It_is_found_from_any_folder_below()
    {
        var path = Write(Path.Combine(_root, ".prodready"), Content);
        var below = Directory.CreateDirectory(Path.Combine(_root, "a", "b")).FullName;

        Assert.Equal(new(path, "Host=h;Database=d", "/state/backups"), StackFile.Find(null, below));
    }

    [Fact]
    public void A_named_state_folder_is_the_only_one_looked_at()
    {
        Write(Path.Combine(_root, ".prodready"), Content);
        var path = Write(Path.Combine(_root, "state"), """{ "connectionStrings": { "prodready": "Host=other" } }""");

        Assert.Equal(new(path, "Host=other", null), StackFile.Find(Path.Combine(_root, "state"), _root));
        Assert.Null(StackFile.Find(Path.Combine(_root, "nowhere"), _root));
    }

    [Theory]
    [InlineData("{ ", "cannot be read: ")]
    [InlineData("{}", "names no connection string 'prodready'. Set DATABASE_URL, or start the stack anew.")]
    public void A_file_that_cannot_be_used_is_named(string content, string problem)
    {
        var path = Write(Path.Combine(_root, ".prodready"), content);

        var exception = Assert.Throws<BackupException>(() => StackFile.Find(null, _root));

        Assert.StartsWith($"{path} {problem}", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string Write(string folder, string content)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "stack.json");
        File.WriteAllText(path, content);
        return path;
    }
}
