using System.Security.Cryptography;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage;

/// <summary>What every destination does. Its tests run once for each.</summary>
public abstract class StorageContract
{
    internal const string Backup = "app-20261025T030405Z-aaaaaaaa";

    private static readonly byte[] Content = "one"u8.ToArray();

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>An empty destination.</summary>
    internal abstract IBackupStorage Storage { get; }

    [Fact]
    public async Task A_file_is_there_once_it_is_committed()
    {
        await using (var writer = await Storage.CreateAsync($"{Backup}.json", Cancelled))
        {
            await writer.Content.WriteAsync(Content, Cancelled);
            await writer.Content.FlushAsync(Cancelled);
            Assert.Empty(await ListAsync());
            await Assert.ThrowsAsync<StorageFileMissingException>(() => Storage.OpenAsync($"{Backup}.json", Cancelled));

            await writer.CommitAsync(Cancelled);
        }

        var file = Assert.Single(await ListAsync());
        Assert.Equal(($"{Backup}.json", 3L), (file.Name, file.Size));
        Assert.InRange(file.ModifiedAt, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
        Assert.Equal(Content, await ReadAsync($"{Backup}.json"));
    }

    [Fact]
    public async Task A_file_is_replaced_as_a_whole()
    {
        await WriteAsync($"{Backup}.check.json", "a longer one"u8.ToArray());
        await using (var writer = await Storage.CreateAsync($"{Backup}.check.json", Cancelled))
        {
            await writer.Content.WriteAsync(Content, Cancelled);
            Assert.Equal("a longer one"u8.ToArray(), await ReadAsync($"{Backup}.check.json"));
            await writer.CommitAsync(Cancelled);
        }

        Assert.Equal(Content, await ReadAsync($"{Backup}.check.json"));
    }

    [Fact]
    public async Task A_file_can_be_empty()
    {
        await WriteAsync($"{Backup}.json", []);

        Assert.Equal(0, Assert.Single(await ListAsync()).Size);
        Assert.Empty(await ReadAsync($"{Backup}.json"));
    }

    [Fact]
    public async Task A_big_file_comes_back_as_it_was()
    {
        var big = RandomNumberGenerator.GetBytes(40 * 1024 * 1024 + 1);
        await WriteAsync($"{Backup}.data-01.dump", big);

        Assert.Equal(big.Length, Assert.Single(await ListAsync()).Size);
        Assert.Equal(SHA256.HashData(big), SHA256.HashData(await ReadAsync($"{Backup}.data-01.dump")));
    }

    [Fact]
    public async Task Files_are_listed_by_the_beginning_of_their_names_and_in_order()
    {
        foreach (var file in new[] { "b-2", "a-1", "b-1", "b0", "c%2F名" })
        {
            await WriteAsync(file, Content);
        }

        Assert.Equal(["a-1", "b-1", "b-2", "b0", "c%2F名"], (await ListAsync()).Select(file => file.Name));
        Assert.Equal(["b-1", "b-2"], (await ListAsync("b-")).Select(file => file.Name));
        Assert.Empty(await ListAsync("d"));
        Assert.Equal(Content, await ReadAsync("c%2F名"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12 * 1024 * 1024)]
    public async Task What_is_not_committed_leaves_nothing(int size)
    {
        await using (var writer = await Storage.CreateAsync($"{Backup}.data-01.dump", Cancelled))
        {
            await writer.Content.WriteAsync(new byte[size], Cancelled);
        }

        Assert.Empty(await ListAsync());
        Assert.Empty(await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));
    }

    [Fact]
    public async Task What_a_killed_run_left_is_removed_and_nothing_else()
    {
        await WriteAsync($"{Backup}.json", Content);
        await using var killed = await Storage.CreateAsync($"{Backup}.data-01.dump.zst.enc", Cancelled);
        await killed.Content.WriteAsync(new byte[12 * 1024 * 1024], Cancelled);
        await using var foreign = await Storage.CreateAsync("holiday.mkv", Cancelled);
        await foreign.Content.WriteAsync(new byte[12 * 1024 * 1024], Cancelled);

        Assert.Equal([$"{Backup}.data-01.dump.zst.enc"], await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));
        Assert.Empty(await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));
        await foreign.CommitAsync(Cancelled);
        Assert.Equal([$"{Backup}.json", "holiday.mkv"], (await ListAsync()).Select(file => file.Name));
    }

    [Fact]
    public async Task A_removed_file_is_gone_and_may_be_removed_again()
    {
        await WriteAsync($"{Backup}.json", Content);

        await Storage.DeleteAsync($"{Backup}.json", Cancelled);
        await Storage.DeleteAsync($"{Backup}.json", Cancelled);

        Assert.Empty(await ListAsync());
        var missing = await Assert.ThrowsAsync<StorageFileMissingException>(() => Storage.OpenAsync($"{Backup}.json", Cancelled));
        Assert.Equal($"{Storage.Location} holds no file {Backup}.json.", missing.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../other")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\n")]
    [InlineData("a.partial")]
    public async Task Names_that_lead_elsewhere_are_refused(string file)
    {
        await Assert.ThrowsAsync<StorageException>(() => Storage.CreateAsync(file, Cancelled));
        await Assert.ThrowsAsync<StorageException>(() => Storage.OpenAsync(file, Cancelled));
        await Assert.ThrowsAsync<StorageException>(() => Storage.DeleteAsync(file, Cancelled));
    }

    [Fact]
    public async Task Trying_it_leaves_nothing()
    {
        Assert.Null(await Storage.WhyNotAsync(Cancelled));
        Assert.Empty(await ListAsync());
    }

    internal async Task WriteAsync(string file, byte[] content)
    {
        await using var writer = await Storage.CreateAsync(file, Cancelled);
        using var source = new MemoryStream(content);
        await source.CopyToAsync(writer.Content, 128 * 1024, Cancelled);
        await writer.CommitAsync(Cancelled);
    }

    internal async Task<byte[]> ReadAsync(string file)
    {
        await using var content = await Storage.OpenAsync(file, Cancelled);
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, Cancelled);
        return copy.ToArray();
    }

    internal async Task<List<StoredFile>> ListAsync(string prefix = "") => await Storage.ListAsync(prefix, Cancelled).ToListAsync(Cancelled);
}
