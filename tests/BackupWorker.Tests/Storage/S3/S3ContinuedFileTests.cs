using System.Security.Cryptography;
using System.Web;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>Files of several objects, written and read.</summary>
public sealed class S3ContinuedFileTests(S3rver server) : ContinuedFiles(server)
{
    [Fact]
    public async Task The_object_of_the_file_s_own_name_is_completed_last()
    {
        await WriteAsync(Content);
        var requests = Handler.Requests.ToArray();

        var (second, third) = (await NameAsync(2), await NameAsync(3));
        Assert.Equal(
            [
                ("POST", File, "begins"), ("PUT", File, "part 1"), ("PUT", File, "part 2"),
                ("POST", second, "begins"), ("PUT", second, "part 1"), ("PUT", second, "part 2"), ("POST", second, "completes"),
                ("PUT", third, "whole"),
                ("POST", File, "completes"),
            ],
            requests.Select(request => (request.Method.Method, request.Url.Segments[^1], StepOf(request.Url.Query))));
        Assert.All(requests.Where(request => StepOf(request.Url.Query).StartsWith("part", StringComparison.Ordinal)), request => Assert.Equal(Part, request.Size));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(Part, 1)]
    [InlineData(Full - 1, 1)]
    [InlineData(Full, 2)]
    [InlineData(Full + 1, 2)]
    [InlineData(Full + Part, 2)]
    [InlineData(Full + Part + 1, 2)]
    [InlineData((2 * Full) - 1, 2)]
    [InlineData(2 * Full, 3)]
    [InlineData((2 * Full) + 1, 3)]
    public async Task A_full_object_goes_on_in_another_one_be_it_empty(int size, int objects)
    {
        var content = RandomNumberGenerator.GetBytes(size);

        await WriteAsync(content);

        var there = await ObjectsAsync();
        Assert.Equal(objects, there.Count);
        Assert.Equal(size, there.Sum(entry => entry.Size));
        Assert.Equal([(File, size)], await FilesAsync());
        Assert.Equal(content, await ReadAsync());
    }

    [Fact]
    public async Task The_next_object_begins_once_the_last_part_of_the_one_before_has_arrived()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Handler.BeforeAsync = number =>
        {
            if (number != 3)
            {
                return Task.CompletedTask;
            }

            reached.SetResult();
            return arrived.Task;
        };
        await using var writer = await Storage.CreateAsync(File, Cancelled);

        // The first part has arrived, the second one is held, the third one is full; a fourth one would be one too many in memory
        await writer.Content.WriteAsync(Content.AsMemory(0, 3 * Part), Cancelled);
        await reached.Task.WaitAsync(Cancelled);
        var rest = writer.Content.WriteAsync(Content.AsMemory(3 * Part), Cancelled).AsTask();
        Assert.False(rest.IsCompleted);
        Assert.Equal(3, Handler.Requests.Count);

        arrived.SetResult();
        await rest;
        await writer.CommitAsync(Cancelled);
        Assert.Equal(Content, await ReadAsync());
    }

    [Fact]
    public async Task No_object_of_a_locked_file_is_without_a_lock()
    {
        Options.ObjectLockDays = 30;

        await WriteAsync(Content);
        Assert.Equal(
            ["POST", "POST", "PUT"],
            Handler.Requests.Where(request => IsLocked(request.Headers)).Select(request => request.Method.Method));

        Handler.Requests.Clear();
        await WriteAsync(Content, $"{StorageContract.Backup}.check.json");
        Assert.DoesNotContain(Handler.Requests, request => IsLocked(request.Headers));
    }

    [Theory]
    [InlineData(S3Checksums.WhenSupported, 0, 5)]
    [InlineData(S3Checksums.Required, 0, 0)]
    [InlineData(S3Checksums.Required, 30, 5)]
    public async Task Continuations_have_checksums_as_their_file(S3Checksums checksums, int lockDays, int expected)
    {
        (Options.Checksums, Options.ObjectLockDays) = (checksums, lockDays);

        await WriteAsync(Content);

        Assert.Equal(expected, Handler.Requests.Count(request => request.Headers.Contains("x-amz-checksum-crc32:", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task A_file_is_read_as_it_was_written_whatever_a_full_object_is_now()
    {
        using var larger = Open(maxParts: 3);
        await WriteAsync(Content, storage: larger);

        Assert.Equal(Content, await ReadAsync());
    }

    [Fact]
    public async Task An_object_that_does_not_say_that_it_goes_on_ends_its_file()
    {
        await PutAsync(File, Content[..Full]);

        Assert.Equal(Content[..Full], await ReadAsync());
    }

    [Fact]
    public async Task A_file_that_is_replaced_while_it_is_read_goes_on_as_it_was()
    {
        await WriteAsync(Content);
        await using var content = await Storage.OpenAsync(File, Cancelled);
        var begun = new byte[Full];
        await content.ReadExactlyAsync(begun, Cancelled);

        await WriteAsync([.. Enumerable.Reverse(Content)]);

        Assert.Equal(Content, begun.Concat(await RestOfAsync(content)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_missing_continuation_is_named(int number)
    {
        await WriteAsync(Content);
        var missing = await NameAsync(number);
        await Objects.DeleteAsync(missing, Cancelled);

        var failure = await Assert.ThrowsAsync<StorageFileMissingException>(() => ReadAsync());

        Assert.Equal($"{Storage.Location}/{File} cannot be read: its continuation {missing} is missing.", failure.Message);
    }

    [Fact]
    public async Task A_broken_read_goes_on_in_the_same_object()
    {
        await WriteAsync(Content);
        Handler.Requests.Clear();
        // The second request is the first continuation's
        var requests = 0;
        Handler.FaultOf = _ => ++requests == 2 ? S3Fault.Truncated : null;

        Assert.Equal(Content, await ReadAsync());

        var second = await NameAsync(2);
        Assert.Equal([File, second, second, await NameAsync(3)], Handler.Requests.Select(request => request.Url.Segments[^1]));
    }

    [Fact]
    public async Task Names_of_continuations_are_no_names_of_files()
    {
        var name = S3Continuation.Of(File, OtherMark, 2);

        foreach (var call in new Func<Task>[]
                 {
                     () => Storage.CreateAsync(name, Cancelled), () => Storage.OpenAsync(name, Cancelled), () => Storage.DeleteAsync(name, Cancelled),
                 })
        {
            Assert.Equal($"'{name}' is no name of a file in storage.", (await Assert.ThrowsAsync<StorageException>(call)).Message);
        }
    }

    private static string StepOf(string query) => HttpUtility.ParseQueryString(query) switch
    {
        var parameters when parameters["partNumber"] is { } number => $"part {number}",
        var parameters when parameters["uploadId"] is not null => "completes",
        _ => query.Length > 0 ? "begins" : "whole",
    };

    private static bool IsLocked(string headers) => headers.Contains("x-amz-object-lock-mode: GOVERNANCE", StringComparison.OrdinalIgnoreCase);
}
