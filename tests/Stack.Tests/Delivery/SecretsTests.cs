using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Delivery;

/// <summary>The secrets of a published folder, as <c>deploy/secrets.sh</c> makes them on the host.</summary>
public sealed class SecretsTests : IDisposable
{
    private const string Compose =
        """
        name: "prodready"
        secrets:
          postgres_password:
            file: "./secrets/postgres_password"
          redis_password:
            file: "./secrets/redis_password"
          prodready_admin_key:
            file: "./secrets/prodready_admin_key"
          database_url:
            file: "./secrets/database_url"
          redis_url:
            file: "./secrets/redis_url"
          backup_encryption_key:
            file: "./secrets/backup_encryption_key"
          sentry_dsn:
            file: "./secrets/sentry_dsn"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("prodready-secrets-").FullName;

    private string Secrets => Path.Combine(_folder, "secrets");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_can_be_made_is_made_once_and_the_rest_is_named()
    {
        var (first, named) = await RunAsync(Compose);
        var made = Read();
        await File.WriteAllTextAsync(Path.Combine(Secrets, "sentry_dsn"), "https://key@sentry.example/1", TestContext.Current.CancellationToken);
        var (second, output) = await RunAsync(Compose);

        Assert.Equal(1, first);
        Assert.Contains($"Only you have sentry_dsn: write it to {Secrets}/sentry_dsn", named, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Values, value => named.Contains(value, StringComparison.Ordinal));
        Assert.Equal((0, ""), (second, output));
        Assert.All(made, secret => Assert.Equal(secret.Value, Read()[secret.Key]));

        Assert.Equal($"postgres://postgres:{made["postgres_password"].Trim()}@postgres:5432/prodready", made["database_url"]);
        Assert.Equal($"redis://:{made["redis_password"].Trim()}@redis:6379", made["redis_url"]);
        Assert.Matches(@"^\d{4}-\d{2}:[A-Za-z0-9+/]{43}=\s*$", made["backup_encryption_key"]);
        Assert.Equal(64, made["prodready_admin_key"].Trim().Length);
    }

    [Fact]
    public async Task A_containers_user_can_read_them_and_nobody_else_gets_into_the_folder()
    {
        await RunAsync(Compose);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Secrets));
        Assert.All(
            Directory.GetFiles(Secrets),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_file_without_secrets_is_refused()
    {
        var (exitCode, output) = await RunAsync("name: other");

        Assert.Equal(1, exitCode);
        Assert.Contains("names no secrets", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Secrets));
    }

    private Dictionary<string, string> Read() =>
        Directory.GetFiles(Secrets).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

    private async Task<(int ExitCode, string Output)> RunAsync(string compose)
    {
        var file = Path.Combine(_folder, "docker-compose.yaml");
        await File.WriteAllTextAsync(file, compose, TestContext.Current.CancellationToken);
        return await Programs.RunAsync(
            new()
            {
                Name = "secrets",
                FileName = "bash",
                Arguments = [Path.Combine(Checkout.Directory, "deploy", "secrets.sh"), file, Secrets],
            },
            TestContext.Current.CancellationToken);
    }
}
