using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>
/// Seals or opens the segments of one archive, in their order. Each segment's nonce is the header's prefix, the segment's number
/// (4 bytes, big endian) and whether it is the last (1 or 0), so that segments which were moved, dropped, repeated, appended or cut
/// off do not open.
/// </summary>
internal sealed class SegmentCipher : IDisposable
{
    private const int NonceSize = 12;

    private readonly SegmentFormat _format;
    private readonly byte[] _header;
    private readonly AesGcm _aes;
    private long _number;

    /// <param name="format">The parameters.</param>
    /// <param name="key">The key that this archive's own key is derived from.</param>
    /// <param name="header">See <see cref="SegmentFormat.HeaderSize"/>.</param>
    /// <param name="associatedData">What the archive is bound to.</param>
    public SegmentCipher(SegmentFormat format, byte[] key, byte[] header, byte[] associatedData)
    {
        if (header.Length != format.HeaderSize || header[0] != format.HeaderSize)
        {
            throw new InvalidDataException("its header is not one of AES256_GCM_HKDF_1MB");
        }

        _format = format;
        _header = header;
        Span<byte> derived = stackalloc byte[format.KeySize];
        HKDF.DeriveKey(format.Hash, key, derived, header.AsSpan(1, format.KeySize), associatedData);
        _aes = new(derived, SegmentFormat.TagSize);
        CryptographicOperations.ZeroMemory(derived);
    }

    /// <summary>What stands in front of the segments.</summary>
    public ReadOnlyMemory<byte> Header => _header;

    /// <summary>The bytes of the next segment, if it is a whole one.</summary>
    public int SealedSize => _format.SealedSize(first: _number == 0);

    /// <summary>The number of the next segment, from 0.</summary>
    public long Number => _number;

    /// <summary>A header with a salt and a prefix of its own, which no other archive has.</summary>
    public static byte[] NewHeader(SegmentFormat format)
    {
        var header = RandomNumberGenerator.GetBytes(format.HeaderSize);
        header[0] = (byte)format.HeaderSize;
        return header;
    }

    /// <summary>Encrypts the next segment, in its own place if that is the destination.</summary>
    /// <returns>Its bytes' number.</returns>
    public int Seal(bool last, ReadOnlySpan<byte> clear, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        Next(last, nonce);
        _aes.Encrypt(nonce, clear, destination[..clear.Length], destination.Slice(clear.Length, SegmentFormat.TagSize));
        return clear.Length + SegmentFormat.TagSize;
    }

    /// <summary>Decrypts the next segment, in its own place if that is the destination.</summary>
    /// <returns>The number of the bytes in clear.</returns>
    /// <exception cref="AuthenticationTagMismatchException">It is not the segment that was written here.</exception>
    public int Open(bool last, ReadOnlySpan<byte> segment, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        Next(last, nonce);
        var size = segment.Length - SegmentFormat.TagSize;
        _aes.Decrypt(nonce, segment[..size], segment[size..], destination[..size]);
        return size;
    }

    public void Dispose() => _aes.Dispose();

    private void Next(bool last, Span<byte> nonce)
    {
        _header.AsSpan(^SegmentFormat.NoncePrefixSize).CopyTo(nonce);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[SegmentFormat.NoncePrefixSize..], checked((uint)_number++));
        nonce[^1] = last ? (byte)1 : (byte)0;
    }
}
