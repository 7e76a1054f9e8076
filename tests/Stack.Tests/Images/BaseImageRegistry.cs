using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProdReady.Stack.Tests.Images;

/// <summary>
/// A container registry with two base images, each of one empty layer, whose configuration is that of the real ones. What the SDK makes of them
/// can then be looked at without a container engine and without the internet.
/// </summary>
/// <seealso href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md"/>
public sealed class BaseImageRegistry : IAsyncLifetime
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    private readonly Dictionary<string, byte[]> _blobs = [];
    private readonly Dictionary<string, byte[]> _manifests = [];
    private WebApplication _app = null!;

    /// <summary>What the images' names begin with.</summary>
    public string Host => $"localhost:{new Uri(_app.Urls.Single()).Port.ToString(CultureInfo.InvariantCulture)}";

    public async ValueTask InitializeAsync()
    {
        Add("dotnet/aspnet", """
            {
              "User": "1654", "WorkingDir": "/",
              "Env": [ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080",
                       "DOTNET_RUNNING_IN_CONTAINER=true", "DOTNET_VERSION=10.0.0", "ASPNET_VERSION=10.0.0" ]
            }
            """);
        Add("library/postgres", """
            {
              "ExposedPorts": { "5432/tcp": {} }, "Volumes": { "/var/lib/postgresql": {} }, "StopSignal": "SIGINT", "WorkingDir": "/",
              "Entrypoint": [ "docker-entrypoint.sh" ], "Cmd": [ "postgres" ],
              "Env": [ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/18/bin", "GOSU_VERSION=1.19",
                       "LANG=en_US.utf8", "PG_MAJOR=18", "PG_VERSION=18.6-1.pgdg13+1", "PGDATA=/var/lib/postgresql/18/docker" ]
            }
            """);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/v2/", () => "");
        _app.MapGet("/v2/{owner}/{name}/manifests/{reference}", (string owner, string name, string reference, HttpResponse response) =>
        {
            response.Headers["Docker-Content-Digest"] = DigestOf(_manifests[$"{owner}/{name}"]);
            return Results.Bytes(_manifests[$"{owner}/{name}"], ManifestType);
        });
        _app.MapGet("/v2/{owner}/{name}/blobs/{digest}", (string digest) => Results.Bytes(_blobs[digest]));
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private void Add(string repository, string config)
    {
        var tar = EmptyTar();
        var layer = Compressed(tar);
        var image = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = JsonNode.Parse(config),
            rootfs = new { type = "layers", diff_ids = new[] { DigestOf(tar) } },
            history = new[] { new { created = "2026-01-01T00:00:00Z", created_by = "a test" } },
        });
        _blobs[DigestOf(layer)] = layer;
        _blobs[DigestOf(image)] = image;
        _manifests[repository] = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = ManifestType,
            config = new { mediaType = "application/vnd.docker.container.image.v1+json", size = image.Length, digest = DigestOf(image) },
            layers = new[] { new { mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip", size = layer.Length, digest = DigestOf(layer) } },
        });
    }

    private static byte[] EmptyTar()
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "etc/"));
        }

        return stream.ToArray();
    }

    private static byte[] Compressed(byte[] bytes)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return stream.ToArray();
    }

    private static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
