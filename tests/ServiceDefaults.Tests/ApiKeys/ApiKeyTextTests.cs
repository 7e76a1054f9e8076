using System.Numerics;
using CsCheck;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>The text of a key, which is recognised without asking anybody.</summary>
public sealed class ApiKeyTextTests
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly Gen<string> Environment = Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789"], 1, 16];
    private static readonly Gen<string> Id = Gen.String[Gen.Char["0123456789abcdefghjkmnpqrstvwxyz"], 12, 12];
    private static readonly Gen<byte[]> Secret = Gen.Byte.Array[32];

    private static readonly Gen<string> Key =
        Gen.Select(Environment, Id, Secret).Select(parts => ApiKeyText.Compose(parts.Item1, parts.Item2, parts.Item3));

    [Fact]
    public void What_was_composed_is_taken_apart_again() =>
        Gen.Select(Environment, Id, Secret).Sample((environment, id, secret) =>
        {
            Assert.True(ApiKeyText.TryParse(ApiKeyText.Compose(environment, id, secret), out var key));
            Assert.Equal(environment, key.Environment);
            Assert.Equal(id, key.Id);
            Assert.Equal(secret, Decode(key.Secret));
        });

    [Fact]
    public void Every_change_of_one_character_is_noticed() =>
        Gen.Select(Key, Gen.Int[0, int.MaxValue], Gen.OneOf(Gen.Char[' ', '~'], Gen.Char)).Sample((key, at, other) =>
        {
            var characters = key.ToCharArray();
            var index = at % characters.Length;
            if (characters[index] != other)
            {
                characters[index] = other;
                Assert.False(ApiKeyText.TryParse(characters, out _), new string(characters));
            }
        }, iter: 20_000);

    [Fact]
    public void Two_characters_in_the_wrong_order_are_noticed() =>
        Gen.Select(Key, Gen.Int[0, int.MaxValue]).Sample((key, at) =>
        {
            var characters = key.ToCharArray();
            var index = at % (characters.Length - 1);
            if (characters[index] != characters[index + 1])
            {
                (characters[index], characters[index + 1]) = (characters[index + 1], characters[index]);
                Assert.False(ApiKeyText.TryParse(characters, out _), new string(characters));
            }
        });

    [Fact]
    public void A_part_of_a_key_or_more_than_one_is_none() =>
        Gen.Select(Key, Gen.Int[0, int.MaxValue], Gen.String[Gen.Char.AlphaNumeric, 1, 20]).Sample((key, at, more) =>
        {
            Assert.False(ApiKeyText.TryParse(key.AsSpan(0, at % key.Length), out _));
            Assert.False(ApiKeyText.TryParse(key.AsSpan(1 + (at % key.Length)), out _));
            Assert.False(ApiKeyText.TryParse(key + more, out _));
            Assert.False(ApiKeyText.TryParse(more + key, out _));
        });

    [Fact]
    public void No_text_makes_the_parser_fail() => Gen.OneOf(Gen.String, Gen.String.Select(text => "pr_" + text), Gen.String[60, 90])
        .Sample(text => !ApiKeyText.TryParse(text, out _));

    [Fact]
    public void Checksums_are_those_of_other_implementations()
    {
        // The check value by which catalogues of CRCs name CRC-32C
        Assert.Equal(0xE3069283, ApiKeyText.Checksum("123456789"));
        Assert.Equal(0u, ApiKeyText.Checksum(""));
    }

    /// <summary>So that no later version refuses the keys that are out there. Made by another program in another language.</summary>
    [Fact]
    public void The_format_stays_what_it_is()
    {
        var key = ApiKeyText.Compose("test", "0123456789ab", [.. Enumerable.Range(0, 32).Select(number => (byte)number)]);

        Assert.Equal("pr_test_0123456789ab_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf1vmIem", key);
    }

    [Fact]
    public void Issued_keys_differ_and_hide_their_secret()
    {
        var keys = Enumerable.Range(0, 1000).Select(_ => IssuedApiKey.Create("live")).ToArray();

        Assert.Equal(1000, keys.Select(key => key.Id).Distinct().Count());
        Assert.Equal(1000, keys.Select(key => key.Text[^49..]).Distinct().Count());
        Assert.All(keys, key =>
        {
            Assert.True(ApiKeyText.TryParse(key.Text, out var parsed));
            Assert.Equal(key.Id, parsed.Id);
            Assert.Equal($"pr_live_{key.Id}", key.ToString());
        });
        Assert.Throws<ArgumentException>(() => IssuedApiKey.Create("Live"));
        Assert.Throws<ArgumentException>(() => IssuedApiKey.Create(""));
    }

    private static byte[] Decode(ReadOnlySpan<char> text)
    {
        var value = BigInteger.Zero;
        foreach (var character in text)
        {
            value = (value * 62) + Alphabet.IndexOf(character, StringComparison.Ordinal);
        }

        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }
}
