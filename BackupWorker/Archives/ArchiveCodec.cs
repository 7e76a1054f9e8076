using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives.Blocks;
using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Archives;

/// <summary>
/// content -> compressed in parallel -> encrypted in authenticated chunks -> hashed -> stored, and back. Memory is bounded whatever
/// the size.
/// </summary>
/// <remarks>
/// <para>Content is cut into blocks of <see cref="ArchiveLayout.BlockSize"/> bytes, and each of them is a complete zstd frame or gzip
/// member, in order: the compressed bytes are a file that <c>zstd -d</c> or <c>gunzip</c> reads. Empty content is one empty block.</para>
/// <para>An encrypted file is an <see cref="ArchivePreamble"/> and what Tink's streaming AEAD AES256_GCM_HKDF_1MB makes of the compressed
/// bytes, with the preamble and the file's name as associated data. docs/backup-format.md says it byte by byte.</para>
/// </remarks>
internal sealed class ArchiveCodec(ArchiveKeys keys, IOptions<ArchiveOptions> options, ArchiveLayout? layout = null) : IDisposable
{
    private const int ReadBuffer = 64 * 1024;

    private readonly ArchiveLayout _layout = layout ?? ArchiveLayout.Default;
    private readonly ArchiveEncoding _encoding = ArchiveEncoding.From(options.Value);
    private readonly BlockPipeline _pipeline = new(options.Value.EffectiveThreads);

    /// <summary>What the names of files that are written now end in, such as <c>.zst.enc</c>.</summary>
    public string Suffix => ArchiveEncoding.Suffix(_encoding.Compression) + (keys.Active is null ? "" : ArchiveEncoding.EncryptedSuffix);

    /// <summary>How hard files that are written now are compressed; nothing if they are not.</summary>
    public int? CompressionLevel => _encoding.Compression == ArchiveCompression.None ? null : _encoding.Level;

    /// <summary>Writes an archive.</summary>
    /// <param name="file">Its name in storage, which the encryption binds it to: bytes that were moved to another file do not open.</param>
    /// <param name="content">What to keep, read to its end.</param>
    /// <param name="stored">Where it goes.</param>
    /// <param name="progress">Told the content's bytes so far, now and then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ArchiveFacts> WriteAsync(
        string file, Stream content, Stream stored, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var hashed = new HashedWriter(stored);
        using var encrypted = await EncryptAsync(file, hashed, cancellationToken);
        IArchiveSink sink = encrypted is null ? hashed : encrypted;
        using var writing = new ArchiveWriting(content, _encoding, _layout.BlockSize, sink, progress);
        await _pipeline.RunAsync(writing, cancellationToken);
        await sink.CompleteAsync(cancellationToken);
        return new(hashed.Size, hashed.Sha256(), writing.ContentSize, _encoding.Compression, keys.Active?.Id);
    }

    /// <summary>Reads an archive and proves that it is the one that was written: its size, hash, chunks, frames and content's size.</summary>
    /// <param name="file">Its name in storage.</param>
    /// <param name="facts">What its manifest says.</param>
    /// <param name="stored">Its bytes.</param>
    /// <param name="content">Takes the content. That it cannot, such as on a full disk, comes out: whoever may stop taking bytes says so himself.</param>
    /// <param name="progress">Told the content's bytes so far, now and then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArchiveDamagedException">It is not. Some of its content may have been passed on before that showed.</exception>
    /// <exception cref="BackupException">The key is not among the configured ones.</exception>
    public async Task ReadAsync(
        string file, ArchiveFacts facts, Stream stored, Stream content, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var hashed = new HashedReader(stored, facts.Size);
        // Frames' headers are a few bytes each; larger reads go past the buffer
        using var buffered = new BufferedStream(hashed, ReadBuffer);
        try
        {
            using var decrypted = await DecryptAsync(file, facts.KeyId, buffered, cancellationToken);
            using var reading = new ArchiveReading(decrypted ?? (Stream)buffered, facts, _layout.BlockSize, content, progress);
            await _pipeline.RunAsync(reading, cancellationToken);
            Prove("bytes", hashed.Size, facts.Size);
            Prove("bytes of content", reading.ContentSize, facts.ContentSize);
            Prove("as its SHA-256", hashed.Sha256(), facts.Sha256);
        }
        catch (InvalidDataException exception)
        {
            throw new ArchiveDamagedException($"{file} is damaged: {exception.Message}.", exception);
        }
    }

    public void Dispose() => _pipeline.Dispose();

    private static void Prove<T>(string what, T found, T expected)
    {
        if (!EqualityComparer<T>.Default.Equals(found, expected))
        {
            throw new InvalidDataException($"it has {found} {what}, and its manifest says {expected}");
        }
    }

    private async Task<SegmentWriter?> EncryptAsync(string file, HashedWriter stored, CancellationToken cancellationToken)
    {
        if (keys.Active is not { } key)
        {
            return null;
        }

        var preamble = new ArchivePreamble(key.Id);
        await stored.WriteAsync(preamble.ToBytes(), cancellationToken);
        return new(stored, new(
            _layout.Segments, key.Bytes, SegmentCipher.NewHeader(_layout.Segments), preamble.AssociatedData(file)));
    }

    private async Task<SegmentReader?> DecryptAsync(string file, string? keyId, Stream stored, CancellationToken cancellationToken)
    {
        if (keyId is null)
        {
            return null;
        }

        var key = keys.For(file, keyId);
        var preamble = await ArchivePreamble.ReadAsync(stored, cancellationToken);
        if (preamble.KeyId != keyId)
        {
            throw new InvalidDataException("it names another key than its manifest");
        }

        var header = await ArchivePreamble.ReadAsync(stored, _layout.Segments.HeaderSize, cancellationToken);
        return new(stored, new(_layout.Segments, key.Bytes, header, preamble.AssociatedData(file)));
    }
}
