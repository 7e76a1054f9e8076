using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

public sealed class S3StorageTests(S3rver server) : StorageContract, IClassFixture<S3rver>, IDisposable
{
    internal const int Part = 5 * 1024 * 1024;

    private readonly string _prefix = $"test-{Guid.NewGuid():N}";
    private S3rverHandler? _handler;
    private S3Storage? _storage;

    internal override IBackupStorage Storage => _storage ??= Open();

    [Fact]
    public async Task A_small_file_is_one_request_and_a_big_one_is_sent_in_parts()
    {
        await WriteAsync("small", new byte[Part]);
        Assert.Equal("PUT", Assert.Single(_handler!.Requests).Method.Method);
        _handler.Requests.Clear();

        await WriteAsync("big", new byte[(3 * Part) + 1]);

        Assert.Equal(
            [("POST", 0), ("PUT", Part), ("PUT", Part), ("PUT", Part), ("PUT", 1)],
            _handler.Requests.Take(5).Select(request => (request.Method.Method, (int)request.Size)));
        Assert.Equal(6, _handler.Requests.Count);
    }

    /// <summary>However slow the store is, memory has one part and the beginning of the next.</summary>
    [Fact]
    public async Task Little_is_taken_while_a_part_is_on_its_way()
    {
        var content = RandomNumberGenerator.GetBytes(Part + (1024 * 1024) + 1);
        var gate = new TaskCompletionSource();
        await using var writer = await Storage.CreateAsync("big", Cancelled);
        // The first request starts the upload, the second sends the first part
        _handler!.BeforeAsync = number => number == 2 ? gate.Task : Task.CompletedTask;
        await writer.Content.WriteAsync(content.AsMemory(0, Part), Cancelled);
        await writer.Content.WriteAsync(content.AsMemory(Part, 1024 * 1024), Cancelled);

        var more = writer.Content.WriteAsync(content.AsMemory(Part + (1024 * 1024)), Cancelled).AsTask();
        var wasDone = more.IsCompleted;
        gate.SetResult();
        await more;
        Assert.False(wasDone);
        await writer.CommitAsync(Cancelled);
        Assert.True((await ReadAsync("big")).AsSpan().SequenceEqual(content));
    }

    [Fact]
    public async Task Uploads_carry_their_checksum_in_a_header()
    {
        await WriteAsync("small", "123456789"u8.ToArray());

        // The check value of CRC-32 (ISO-HDLC), cbf43926
        var headers = Assert.Single(_handler!.Requests).Headers;
        Assert.Contains("x-amz-checksum-crc32: y/Q5Jg==", headers, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("trailer", headers, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Checksums_can_be_left_out()
    {
        _storage = Open(options => options.Checksums = S3Checksums.Required);

        await WriteAsync("small", "123456789"u8.ToArray());
        await WriteAsync("big", new byte[Part + 1]);

        Assert.All(
            _handler!.Requests,
            request => Assert.DoesNotContain("x-amz-checksum", request.Headers, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Backups_are_locked_and_what_was_found_out_about_them_is_not()
    {
        _storage = Open(options => (options.ObjectLockDays, options.ObjectLockMode) = (30, S3ObjectLock.Compliance));

        await WriteAsync($"{Backup}.json", "{}"u8.ToArray());
        await WriteAsync($"{Backup}.data-01.dump", new byte[Part + 1]);
        await WriteAsync($"{Backup}.check.json", "{}"u8.ToArray());

        var locked = _handler!.Requests
            .Where(request => request.Headers.Contains("x-amz-object-lock-mode: COMPLIANCE", StringComparison.OrdinalIgnoreCase))
            .ToList();
        Assert.Equal(["PUT", "POST"], locked.Select(request => request.Method.Method));
        Assert.All(locked, request => Assert.Contains("2026-11-24T03:04:05", request.Headers, StringComparison.Ordinal));
        Assert.EndsWith($"{Backup}.json", locked[0].Url.AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_keep_below_or_beside_the_prefix_is_not_listed()
    {
        await WriteAsync("mine", []);
        using var below = Open(options => options.Prefix = $"{_prefix}/folder");
        using var beside = Open(options => options.Prefix = $"{_prefix}-2");
        foreach (var other in new[] { below, beside })
        {
            await using var writer = await other.CreateAsync("theirs", Cancelled);
            await writer.CommitAsync(Cancelled);
        }

        Assert.Equal(["mine"], (await ListAsync()).Select(file => file.Name));
    }

    [Fact]
    public async Task More_files_than_a_page_holds_are_all_listed()
    {
        const int Count = 1005;
        _ = Storage;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count), Cancelled, async (number, _) => await WriteAsync($"file-{number:0000}", []));

        var files = await ListAsync();

        Assert.Equal(Enumerable.Range(0, Count).Select(number => $"file-{number:0000}"), files.Select(file => file.Name));
    }

    public void Dispose() => _storage?.Dispose();

    private S3Storage Open(Action<S3Options>? configure = null)
    {
        var options = server.Options(_prefix);
        configure?.Invoke(options);
        _handler = new S3rverHandler(server);
        return new(
            "s3", S3Connection.Open(options, () => _handler), options,
            new FakeTimeProvider(new(2026, 10, 25, 3, 4, 5, TimeSpan.Zero)), NullLogger<S3Storage>.Instance, Part);
    }
}
