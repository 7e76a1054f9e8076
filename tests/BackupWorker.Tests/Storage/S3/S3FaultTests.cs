using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>A bucket whose every request fails in turn.</summary>
public sealed class S3FaultTests : IClassFixture<S3rver>, IDisposable
{
    private const string File = $"{StorageContract.Backup}.data-01.dump";
    private const int Part = ContinuedFiles.Part;

    private readonly byte[] _content = RandomNumberGenerator.GetBytes((2 * Part) + 1);
    private readonly S3rver _server;
    private readonly S3rverHandler _handler;
    private readonly S3Options _options;
    private readonly S3Storage _storage;

    public S3FaultTests(S3rver server)
    {
        _server = server;
        _options = server.Options($"test-{Guid.NewGuid():N}");
        _handler = new(server);
        _storage = Open(_options);
    }

    public static TheoryData<S3Fault, int, bool> Faults =>
    [
        .. from fault in Enum.GetValues<S3Fault>()
           from request in Enumerable.Range(1, 5)
           from times in Enumerable.Range(1, 2)
           select new TheoryDataRow<S3Fault, int, bool>(fault, request, times == 1),
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Started, three parts, completed: five requests.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_failed_write_is_a_sentence_and_leaves_nothing(S3Fault fault, int request, bool once)
    {
        _handler.FaultOf = number => number == request || (!once && number > request) ? fault : null;
        var failure = await Record.ExceptionAsync(() => WriteAsync(File, _content));
        _handler.FaultOf = _ => null;

        var files = await _storage.ListAsync("", Cancelled).ToListAsync(Cancelled);
        if (failure is null)
        {
            // The answer was lost, not the request
            Assert.Equal(_content, await ReadAsync(File));
            return;
        }

        AssertSentence(failure);
        if (once)
        {
            Assert.Empty(files);
        }

        // A store that stays away keeps what it has until the next run; whole or not at all in any case
        await _storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled);
        Assert.DoesNotContain(_server.Uploads, upload => upload.Value.StartsWith(_options.Prefix!, StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(_content.Length, file.Size));
    }

    [Theory]
    [InlineData(S3Fault.Reset)]
    [InlineData(S3Fault.LostAnswer)]
    [InlineData(S3Fault.ServerError)]
    [InlineData(S3Fault.Denied)]
    public async Task A_small_file_that_fails_is_not_there(S3Fault fault)
    {
        _handler.FaultOf = number => number == 1 ? fault : null;

        var failure = await Record.ExceptionAsync(() => WriteAsync(File, [1, 2, 3]));

        var files = await _storage.ListAsync("", Cancelled).ToListAsync(Cancelled);
        Assert.Equal(fault == S3Fault.LostAnswer ? 1 : 0, files.Count);
        Assert.Equal(fault == S3Fault.LostAnswer, failure is null);
    }

    [Fact]
    public async Task What_failed_by_chance_is_tried_again()
    {
        _options.Retries = 2;
        using var storage = Open(_options);
        _handler.FaultOf = number => number switch { 2 => S3Fault.Reset, 4 => S3Fault.ServerError, 6 => S3Fault.LostAnswer, _ => null };

        await WriteAsync(File, _content, storage);

        Assert.Equal(_content, await ReadAsync(File));
    }

    [Fact]
    public async Task A_broken_read_goes_on_where_it_broke()
    {
        await WriteAsync(File, _content);
        _handler.Requests.Clear();
        var first = true;
        _handler.FaultOf = _ => first ? (first = false, S3Fault.Truncated).Item2 : null;

        Assert.Equal(_content, await ReadAsync(File));

        Assert.Contains($"Range: bytes={_content.Length / 2}-{_content.Length - 1}", _handler.Requests.Last().Headers, StringComparison.Ordinal);
        Assert.Contains("If-Match: ", _handler.Requests.Last().Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_that_breaks_over_and_over_ends()
    {
        await WriteAsync(File, [1, 2, 3]);
        _handler.FaultOf = _ => S3Fault.Truncated;

        AssertSentence(await Record.ExceptionAsync(() => ReadAsync(File)));
    }

    [Fact]
    public async Task A_file_that_was_replaced_while_it_was_read_is_not_mixed()
    {
        await WriteAsync(File, _content);
        var first = true;
        _handler.FaultOf = _ => first ? (first = false, S3Fault.Truncated).Item2 : null;
        await using var content = await _storage.OpenAsync(File, Cancelled);
        await WriteAsync(File, [.. Enumerable.Reverse(_content)]);

        var failure = await Assert.ThrowsAsync<StorageException>(() => content.CopyToAsync(Stream.Null, Cancelled));

        Assert.Equal($"{_storage.Location.TrimEnd('/')}/{File} cannot be read: it was replaced while it was read.", failure.Message);
    }

    [Theory]
    [InlineData(S3Fault.Reset)]
    [InlineData(S3Fault.ServerError)]
    [InlineData(S3Fault.Denied)]
    public async Task Every_other_call_fails_with_a_sentence(S3Fault fault)
    {
        _handler.FaultOf = _ => fault;

        AssertSentence(await Record.ExceptionAsync(() => _storage.OpenAsync(File, Cancelled)));
        AssertSentence(await Record.ExceptionAsync(() => _storage.DeleteAsync(File, Cancelled)));
        AssertSentence(await Record.ExceptionAsync(async () => await _storage.ListAsync("", Cancelled).ToListAsync(Cancelled)));
        AssertSentence(await Record.ExceptionAsync(() => _storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled)));
        Assert.NotNull(await _storage.WhyNotAsync(Cancelled));
    }

    [Fact]
    public async Task Failures_say_what_to_do()
    {
        _handler.FaultOf = _ => S3Fault.Denied;
        Assert.Equal(
            $"{_storage.Location}/{File} cannot be read: {_options.Endpoint} denies access (403 AccessDenied). "
            + "The key must be allowed to put, get, list and delete objects and to abort uploads there; with Backups:S3:ObjectLockDays also s3:PutObjectRetention.",
            (await Assert.ThrowsAsync<StorageException>(() => _storage.OpenAsync(File, Cancelled))).Message);

        _handler.FaultOf = _ => null;
        using var elsewhere = Open(_server.Options(bucket: "no-such-bucket"));
        Assert.EndsWith(
            $"there is no bucket no-such-bucket at {_options.Endpoint}. Create it, or correct BACKUP_S3_BUCKET.",
            await elsewhere.WhyNotAsync(Cancelled), StringComparison.Ordinal);

        var wrongKey = _server.Options();
        wrongKey.AccessKeyId = "stranger";
        using var stranger = Open(wrongKey);
        Assert.EndsWith(
            $"{_options.Endpoint} does not accept the credentials (InvalidAccessKeyId). "
            + "Check BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY.",
            await stranger.WhyNotAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_away_is_named()
    {
        var options = _server.Options();
        options.Endpoint = "http://127.0.0.1:1";
        using var away = new S3Storage("s3", S3Connection.Open(options), options, TimeProvider.System, NullLogger<S3Storage>.Instance);

        var why = await away.WhyNotAsync(Cancelled);

        Assert.Contains("http://127.0.0.1:1 cannot be reached or broke off (Connection refused", why, StringComparison.Ordinal);
    }

    public void Dispose() => _storage.Dispose();

    private static void AssertSentence(Exception? failure)
    {
        var message = Assert.IsType<StorageException>(failure).Message;
        Assert.StartsWith("s3://backups/test-", message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.DoesNotContain("S3RVER", message, StringComparison.Ordinal);
    }

    private S3Storage Open(S3Options options) =>
        new("s3", S3Connection.Open(options, () => _handler), options, TimeProvider.System, NullLogger<S3Storage>.Instance, Part);

    private async Task WriteAsync(string file, byte[] content, S3Storage? storage = null)
    {
        await using var writer = await (storage ?? _storage).CreateAsync(file, Cancelled);
        await writer.Content.WriteAsync(content, Cancelled);
        await writer.CommitAsync(Cancelled);
    }

    private async Task<byte[]> ReadAsync(string file)
    {
        await using var content = await _storage.OpenAsync(file, Cancelled);
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, Cancelled);
        return copy.ToArray();
    }
}
