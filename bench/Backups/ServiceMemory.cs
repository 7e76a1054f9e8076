using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ProdReady.Bench.Measuring;
using ProdReady.Testing;

namespace ProdReady.Bench.Backups;

/// <summary>The memory of the service through several backups to a folder and a bucket at once, read back from both.</summary>
internal static class ServiceMemory
{
    private const int Backups = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Starts it, has it make the backups and ends it.</summary>
    /// <param name="settings">Those of the command line.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The most that it had resident, in bytes.</returns>
    /// <exception cref="InvalidOperationException">There is no bucket, or no backup.</exception>
    public static async Task<long> PeakAsync(IReadOnlyDictionary<string, string?> settings, CancellationToken cancellationToken)
    {
        var (bucket, problem) = await S3Process.StartAsync();
        await using var store = bucket ?? throw new InvalidOperationException(problem);
        var key = Guid.NewGuid().ToString("N");
        await using var service = await BenchServer.StartServiceAsync(
            "BackupWorker",
            new Dictionary<string, string?>(settings)
            {
                ["BACKUP_S3_BUCKET"] = S3Process.Bucket,
                ["BACKUP_S3_ENDPOINT"] = store.Address,
                ["BACKUP_S3_ACCESS_KEY_ID"] = S3Process.Key,
                ["BACKUP_S3_SECRET_ACCESS_KEY"] = S3Process.Key,
                ["BACKUP_SCHEDULE"] = "off",
                ["BACKUP_DRILL_SCHEDULE"] = "off",
                ["PRODREADY_ADMIN_KEY"] = key,
            },
            cancellationToken);
        using var http = new HttpClient { BaseAddress = service.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        for (var backup = 0; backup < Backups; backup++)
        {
            await BackUpAsync(http, cancellationToken);
        }

        return ResidentMemory.PeakOf(service.ProcessId);
    }

    private static async Task BackUpAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var location = await StartAsync(http, cancellationToken);
        var status = "waiting";
        while (status is "waiting" or "running")
        {
            await Task.Delay(Pause, cancellationToken);
            using var backup = JsonDocument.Parse(await http.GetStringAsync(location, cancellationToken));
            status = backup.RootElement.GetProperty("status").GetString();
        }

        if (status != "ok")
        {
            throw new InvalidOperationException($"The backup is {status}.");
        }
    }

    private static async Task<Uri> StartAsync(HttpClient http, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var answer = await http.PostAsync(new Uri("backups", UriKind.Relative), null, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.Conflict)
            {
                return answer.EnsureSuccessStatusCode().Headers.Location!;
            }

            // The one before is still seeing to what follows a backup
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
