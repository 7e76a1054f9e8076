using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Tests.Archives;

public sealed class ManifestSealTests
{
    private const string Name = "shop.json";
    private static readonly byte[] Manifest = Encoding.UTF8.GetBytes(
        """
        { "id": "abc", "note": ", \"seal\": \"sha256:00\"}",
          "keyId": "2026-10" }
        """);

    private readonly ManifestSeal _first = Seal(TestArchives.First);
    private readonly ManifestSeal _none = Seal(null);

    [Fact]
    public void Sealed_with_a_key_it_is_genuine_and_json()
    {
        var file = _first.Seal(Manifest);

        var opened = _first.Open(Name, file, _ => true);

        Assert.Equal(Manifest, opened.Json.ToArray());
        Assert.Equal((SealVerdict.Genuine, "2026-10"), (opened.Verdict, opened.KeyId));
        using var json = JsonDocument.Parse(file);
        Assert.Equal("abc", json.RootElement.GetProperty("manifest").GetProperty("id").GetString());
        Assert.StartsWith("hmac-sha256:2026-10:", json.RootElement.GetProperty("seal").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sealed_without_a_key_it_is_intact()
    {
        var opened = _none.Open(Name, _none.Seal(Manifest), _ => false);

        Assert.Equal(Manifest, opened.Json.ToArray());
        Assert.Equal((SealVerdict.Intact, null), (opened.Verdict, opened.KeyId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_changed_byte_and_any_missing_end_is_found(bool keyed)
    {
        var seal = keyed ? _first : _none;
        var file = seal.Seal(Manifest);
        for (var position = 0; position < file.Length; position++)
        {
            var changed = file.ToArray();
            changed[position] ^= 0x01;
            Assert.False(Proved(seal, changed), $"Byte {position} was changed");
            Assert.False(Proved(seal, file[..position]), $"Cut off at {position}");
        }

        Assert.False(Proved(seal, [.. file, (byte)' ']));
    }

    [Fact]
    public void A_change_is_told()
    {
        var file = _first.Seal(Manifest);
        file[20] ^= 1;

        Assert.Equal(
            "shop.json is damaged: it was changed after it was sealed, or the key of that name is another one.",
            Assert.Throws<ArchiveDamagedException>(() => _first.Open(Name, file, _ => true)).Message);
    }

    [Fact]
    public void With_a_key_that_is_not_configured_it_is_readable_and_not_proved()
    {
        var file = _first.Seal(Manifest);
        foreach (var other in new[] { Seal(TestArchives.Second), _none })
        {
            var opened = other.Open(Name, file, _ => true);

            Assert.Equal(Manifest, opened.Json.ToArray());
            Assert.Equal((SealVerdict.NotProved, "2026-10"), (opened.Verdict, opened.KeyId));
        }
    }

    [Fact]
    public void An_unkeyed_seal_over_an_encrypted_backup_is_forged()
    {
        var file = _none.Seal(Manifest);

        Assert.Equal(
            "shop.json is forged: its backup is encrypted, and whoever wrote the manifest did not have the key to seal it.",
            Assert.Throws<ArchiveDamagedException>(() => _first.Open(Name, file, _ => true)).Message);
        Assert.Equal(SealVerdict.Intact, _none.Open(Name, file, _ => true).Verdict);
    }

    [Fact]
    public void An_unkeyed_seal_proves_nothing_where_there_is_a_key()
    {
        var file = _none.Seal(Manifest);

        var opened = _first.Open(Name, file, _ => false);
        var allowed = new ManifestSeal(new(Options.Create(new ArchiveEncryptionOptions { Keys = TestArchives.First, AllowUnencrypted = true })));

        Assert.Equal((SealVerdict.NotProved, null), (opened.Verdict, opened.KeyId));
        Assert.Equal(
            "shop.json is sealed without a key, as anybody can who may write there, and BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys) holds one. "
            + "If the backup is from before there was a key, Backups:Encryption:AllowUnencrypted=true takes it for genuine.",
            opened.WhyNotProved(Name));
        Assert.Equal(SealVerdict.Intact, allowed.Open(Name, file, _ => false).Verdict);
        Assert.Throws<ArchiveDamagedException>(() => allowed.Open(Name, file, _ => true));
    }

    [Fact]
    public void After_a_rotation_old_seals_are_genuine()
    {
        var rotated = Seal($"{TestArchives.Second},{TestArchives.First}");

        Assert.Equal(SealVerdict.Genuine, rotated.Open(Name, _first.Seal(Manifest), _ => true).Verdict);
        Assert.Equal("2026-11", rotated.Open(Name, rotated.Seal(Manifest), _ => true).KeyId);
    }

    private static ManifestSeal Seal(string? keys) => new(TestArchives.Keys(keys));

    /// <summary>Whether it is taken for what it was; a changed name of the key makes it one that nothing is known of.</summary>
    private static bool Proved(ManifestSeal seal, byte[] file)
    {
        try
        {
            return seal.Open(Name, file, _ => true).Verdict != SealVerdict.NotProved;
        }
        catch (ArchiveDamagedException)
        {
            return false;
        }
    }
}
