using System.Text.RegularExpressions;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>A server of S3's protocol that others wrote: the npm package s3rver.</summary>
internal sealed partial class S3Process : IAsyncDisposable
{
    /// <summary>The one bucket that it has.</summary>
    public const string Bucket = "backups";

    /// <summary>The identifier of its access key, and its secret.</summary>
    public const string Key = "S3RVER";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;
    private readonly string _directory;

    private S3Process(ChildProcess process, string directory, string address) => (_process, _directory, Address) = (process, directory, address);

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>Starts one on a free port.</summary>
    /// <returns>The server, or a sentence that says why there is none.</returns>
    public static async Task<(S3Process? Server, string? Problem)> StartAsync()
    {
        if (await NpmTools.InstallAsync() is { } problem)
        {
            return (null, problem);
        }

        var directory = Path.Combine(Path.GetTempPath(), $"prodready-s3rver-{Guid.NewGuid():N}");
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = await ChildProcess.StartAsync(new()
        {
            Name = "s3rver",
            FileName = Programs.Find("node")!,
            Arguments =
            [
                // Its tokens of further pages are encrypted with DES
                "--openssl-legacy-provider",
                NpmTools.PathOf("s3rver", "bin/s3rver.js"), "-d", directory, "-a", "127.0.0.1", "-p", "0", "--silent",
                "--no-vhost-buckets", "--configure-bucket", Bucket,
            ],
            Output = line =>
            {
                if (Listening().Match(line.Text) is { Success: true } match)
                {
                    listening.TrySetResult($"http://{match.Groups["address"].Value}");
                }
            },
        });
        await Task.WhenAny(listening.Task, process.Exited, Task.Delay(StartTimeout));
        if (listening.Task.IsCompletedSuccessfully)
        {
            return (new(process, directory, await listening.Task), null);
        }

        await process.DisposeAsync();
        return (null, $"s3rver did not start: {string.Join(Environment.NewLine, process.LastLines.TakeLast(5))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [GeneratedRegex("listening on (?<address>[0-9.:]+)")]
    private static partial Regex Listening();
}
