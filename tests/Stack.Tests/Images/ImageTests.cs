using System.Text.Json;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Images;

/// <summary>What runs in production: the images, made of base images that are empty but for their configuration.</summary>
public sealed class ImageTests(BaseImageRegistry registry) : IClassFixture<BaseImageRegistry>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Gateway")]
    [InlineData("Webhooks")]
    [InlineData("Notifications")]
    public async Task A_service_starts_as_a_user_without_rights_on_a_base_without_a_shell(string project)
    {
        var image = await PublishedImage.PublishAsync(
            project, "--no-build", "-c", "Debug", $"-p:ContainerBaseImage={registry.Host}/dotnet/aspnet:10.0-noble-chiseled-extra");

        Assert.Equal("1654", image.User);
        Assert.Equal($"dotnet /app/{project}.dll", image.Command("Entrypoint"));
        await AssertIsTheServiceAsync(image, project, project.ToLowerInvariant());
    }

    /// <summary>With .NET in it, in place of what PostgreSQL's image would start.</summary>
    [Fact]
    public async Task The_backup_worker_starts_beside_PostgreSQLs_programs_and_not_its_server()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It builds BackupWorker with .NET in it; run it with --long");
        var image = await PublishedImage.PublishAsync(
            "BackupWorker", "--artifacts-path", "{folder}/artifacts", $"-p:ContainerBaseImage={registry.Host}/library/postgres:18.6");

        Assert.Equal("999", image.User);
        Assert.Equal("/app/BackupWorker", image.Command("Entrypoint"));
        Assert.Contains("app/libcoreclr.so", image.Files);
        Assert.Equal("/usr/lib/postgresql/18/bin", image.Variable("POSTGRES_BIN"));
        // What is not on a volume is lost with the container
        Assert.True(image.Configuration.GetProperty("Volumes").TryGetProperty("/var/lib/postgresql", out _));
        Assert.Equal("/var/lib/postgresql/backups", image.Variable("BACKUP_DIR"));
        // That base has no authorities, without which no https address of a bucket is trusted
        Assert.Equal("/app/ca-certificates.crt", image.Variable("SSL_CERT_FILE"));
        Assert.Contains("app/ca-certificates.crt", image.Files);
        await AssertIsTheServiceAsync(image, "BackupWorker", "backups");
    }

    [Theory]
    [InlineData("Gateway", "", "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra", "1654", "prodready/gateway")]
    [InlineData("Webhooks", "-p:ContainerFamily=noble", "mcr.microsoft.com/dotnet/aspnet:10.0-noble", "1654", "prodready/webhooks")]
    [InlineData("Notifications", "-p:ContainerBaseImage=registry.example/aspnet:mine", "registry.example/aspnet:mine", "1654", "prodready/notifications")]
    [InlineData("BackupWorker", "", "docker.io/library/postgres:18.6", "999", "prodready/backups")]
    [InlineData("BackupWorker", "-p:PostgresMajor=17", "docker.io/library/postgres:17", "999", "prodready/backups")]
    [InlineData("BackupWorker", "-p:ImagePrefix=acme/live", "docker.io/library/postgres:18.6", "999", "acme/live/backups")]
    [InlineData("Gateway", "-p:ContainerRepository=acme/edge", "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra", "1654", "acme/edge")]
    public async Task The_base_and_the_name_can_be_chosen(string project, string argument, string image, string user, string repository)
    {
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "dotnet",
                FileName = "dotnet",
                Arguments =
                [
                    "msbuild", project, "-nologo", "-t:ComputeContainerConfig", "-getProperty:ContainerBaseImage,ContainerUser,ContainerRepository",
                    .. argument.Length > 0 ? [argument] : Array.Empty<string>(),
                ],
                WorkingDirectory = Checkout.Directory,
            },
            Cancellation);
        Assert.True(exitCode == 0, output);

        var properties = JsonElement.Parse(output).GetProperty("Properties");
        Assert.Equal(
            (image, user, repository),
            (properties.GetProperty("ContainerBaseImage").GetString()!,
                properties.GetProperty("ContainerUser").GetString()!,
                properties.GetProperty("ContainerRepository").GetString()!));
    }

    private static async Task AssertIsTheServiceAsync(PublishedImage image, string project, string name)
    {
        Assert.Null(image.Command("Cmd"));
        Assert.Equal("8080", image.Variable("ASPNETCORE_HTTP_PORTS"));
        Assert.True(image.Configuration.GetProperty("ExposedPorts").TryGetProperty("8080/tcp", out _));

        var version = image.Label("version");
        Assert.Matches("^[0-9]+[.][0-9]+[.][0-9]+", version);
        Assert.Equal(($"ProdReady {project}", "MIT"), (image.Label("title"), image.Label("licenses")));
        Assert.NotNull(image.Label("description"));
        var revision = await RevisionAsync();
        Assert.Equal(revision, image.Label("revision"));
        string[] tags = revision is null ? [version!] : [version!, $"sha-{revision[..12]}"];
        Assert.Equal(tags.Select(tag => $"prodready/{name}:{tag}"), image.Names);

        Assert.Contains($"app/{project}.dll", image.Files);
        Assert.Contains("app/ServiceDefaults.pdb", image.Files);
        Assert.DoesNotContain(image.Files, file => file.Contains(".env", StringComparison.Ordinal)
            || file.Contains("Development", StringComparison.Ordinal) || file.Contains("launchSettings", StringComparison.Ordinal)
            || Path.GetExtension(file) is ".cs" or ".http" or ".sql" or ".md");
    }

    /// <summary>The commit that is checked out; <see langword="null"/> where the source came without its history.</summary>
    private static async Task<string?> RevisionAsync()
    {
        var (exitCode, output) = await Programs.RunAsync(
            new() { Name = "git", FileName = "git", Arguments = ["rev-parse", "HEAD"], WorkingDirectory = Checkout.Directory }, Cancellation);
        return exitCode == 0 ? output.Trim() : null;
    }
}
