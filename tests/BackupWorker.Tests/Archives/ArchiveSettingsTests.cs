using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.BackupWorker.Tests.Archives;

public sealed class ArchiveSettingsTests
{
    [Fact]
    public void The_defaults_are_good()
    {
        Assert.True(new ValidateArchiveOptions().Validate(null, new()).Succeeded);
        Assert.True(new ValidateArchiveEncryptionOptions().Validate(null, new()).Succeeded);
    }

    [Fact]
    public void Every_wrong_setting_is_told_at_once()
    {
        var result = new ValidateArchiveOptions().Validate(null, new() { Compression = "lz4", Threads = -1 });

        Assert.Equal(
            "BACKUP_COMPRESSION (Backups:Archives:Compression) is 'lz4'; it must be zstd, gzip or none. Example: zstd; "
            + "Backups:Archives:Threads is '-1'; it must be 0, for one per processor, to 64. Example: 0",
            result.FailureMessage);
    }

    [Theory]
    [InlineData("zstd", 13, "Backups:Archives:CompressionLevel is '13'; it must be 1 to 12 for zstd. Example: 3")]
    [InlineData("gzip", 10, "Backups:Archives:CompressionLevel is '10'; it must be 1 to 9 for gzip. Example: 6")]
    [InlineData("gzip", 0, "Backups:Archives:CompressionLevel is '0'; it must be 1 to 9 for gzip. Example: 6")]
    public void A_level_beyond_its_compression_is_refused(string compression, int level, string message) =>
        Assert.Equal(message, new ValidateArchiveOptions().Validate(null, new() { Compression = compression, CompressionLevel = level }).FailureMessage);

    [Fact]
    public void Malformed_keys_are_refused_without_a_part_of_them()
    {
        const string Problem = "BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys) holds a key '2026-11' that is not 32 bytes in base64.";

        Assert.Equal(
            $"{Problem} Example: 2026-11:$(openssl rand -base64 32)",
            new ValidateArchiveEncryptionOptions().Validate(null, new() { Keys = "2026-11:c2VjcmV0" }).FailureMessage);
        Assert.Equal(Problem, Assert.Throws<BackupException>(() => TestArchives.Keys("2026-11:c2VjcmV0")).Message);
    }

    [Fact]
    public void A_generated_key_is_named_after_the_month_and_works()
    {
        var time = new FakeTimeProvider(new(2026, 11, 28, 0, 0, 0, TimeSpan.Zero));

        var key = ArchiveKeys.Generate(time);

        Assert.Null(NamedKeys.TryRead(key, out var keys));
        Assert.Equal("2026-11", Assert.Single(keys).Key);
        Assert.NotEqual(key, ArchiveKeys.Generate(time));
    }

    [Fact]
    public async Task Without_a_key_the_start_warns_and_with_one_it_says_which()
    {
        Assert.Equal(
            (LogLevel.Warning, "Backups are not encrypted: whoever reads their storage reads the database. "
                + "Set BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys), and keep a copy of the key where the backups are not"),
            await StartAsync(null));
        Assert.Equal((LogLevel.Information, "Backups are encrypted with the key 2026-10"), await StartAsync(TestArchives.First));
    }

    [Fact]
    public void Settings_reach_the_codec_and_wrong_ones_stop_it()
    {
        Assert.Equal(".gz.enc", Build("gzip", TestArchives.First).GetRequiredService<ArchiveCodec>().Suffix);
        Assert.Throws<OptionsValidationException>(() => Build("lz4", null).GetRequiredService<ArchiveCodec>());
        Assert.Throws<OptionsValidationException>(() => Build("zstd", "nonsense").GetRequiredService<ArchiveCodec>());
    }

    private static IServiceProvider Build(string compression, string? keys)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration["Backups:Archives:Compression"] = compression;
        builder.Configuration["Backups:Encryption:Keys"] = keys;
        builder.AddArchives();
        return builder.Build().Services;
    }

    private static async Task<(LogLevel Level, string Message)> StartAsync(string? keys)
    {
        var said = new Said();
        await new EncryptionReport(TestArchives.Keys(keys), said).StartAsync(TestContext.Current.CancellationToken);
        return Assert.Single(said.Lines);
    }

    private sealed class Said : ILogger<EncryptionReport>
    {
        public List<(LogLevel Level, string Message)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
