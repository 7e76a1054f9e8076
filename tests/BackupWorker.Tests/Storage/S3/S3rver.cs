using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ProdReady.BackupWorker.Storage.S3;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>A server of S3's protocol that others wrote: the npm package s3rver.</summary>
public sealed partial class S3rver : IAsyncLifetime
{
    public const string Bucket = "backups";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"prodready-s3rver-{Guid.NewGuid():N}");
    private ChildProcess? _process;
    private string? _problem;
    private string _address = "";

    /// <summary>The uploads that were started and neither completed nor aborted: id and key. The server itself does not tell.</summary>
    internal ConcurrentDictionary<string, string> Uploads { get; } = new();

    /// <summary>Settings for it; skips the test where it cannot be had.</summary>
    public S3Options Options(string? prefix = null, string bucket = Bucket)
    {
        Assert.SkipWhen(_problem is not null, _problem ?? "");
        return new()
        {
            Bucket = bucket,
            Prefix = prefix,
            Endpoint = _address,
            AccessKeyId = "S3RVER",
            SecretAccessKey = "S3RVER",
            Retries = 0,
        };
    }

    public async ValueTask InitializeAsync()
    {
        _problem = await NpmTools.InstallAsync();
        if (_problem is not null)
        {
            return;
        }

        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = await ChildProcess.StartAsync(new()
        {
            Name = "s3rver",
            FileName = Programs.Find("node")!,
            Arguments =
            [
                // Its tokens of further pages are encrypted with DES
                "--openssl-legacy-provider",
                NpmTools.PathOf("s3rver", "bin/s3rver.js"), "-d", _directory, "-a", "127.0.0.1", "-p", "0", "--silent",
                "--no-vhost-buckets", "--configure-bucket", Bucket,
            ],
            Output = line =>
            {
                if (Address().Match(line.Text) is { Success: true } match)
                {
                    listening.TrySetResult($"http://{match.Groups["address"].Value}");
                }
            },
        });
        await Task.WhenAny(listening.Task, _process.Exited, Task.Delay(StartTimeout));
        if (listening.Task.IsCompletedSuccessfully)
        {
            _address = await listening.Task;
        }
        else
        {
            _problem = $"s3rver did not start: {string.Join(Environment.NewLine, _process.LastLines.TakeLast(5))}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [GeneratedRegex("listening on (?<address>[0-9.:]+)")]
    private static partial Regex Address();
}
