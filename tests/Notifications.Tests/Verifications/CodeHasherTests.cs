using CsCheck;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Verifications;

namespace ProdReady.Notifications.Tests.Verifications;

public sealed class CodeHasherTests
{
    private static readonly string First = $"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray())}";
    private static readonly string Second = $"k2:{Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray())}";
    private static readonly Guid Id = Guid.CreateVersion7();

    [Fact]
    public void Only_the_same_id_number_purpose_and_code_match()
    {
        var hasher = Hasher(First);
        var hash = hasher.Hash(Id, "+234", "login", "123456");

        Assert.True(hasher.Matches(hash, Id, "+234", "login", "123456"));
        Assert.False(hasher.Matches(hash, Guid.CreateVersion7(), "+234", "login", "123456"));
        Assert.False(hasher.Matches(hash, Id, "+235", "login", "123456"));
        Assert.False(hasher.Matches(hash, Id, "+234", "logout", "123456"));
        Assert.False(hasher.Matches(hash, Id, "+234", "login", "123457"));
        // The same letters, cut elsewhere
        Assert.False(hasher.Matches(hash, Id, "+234l", "ogin", "123456"));
    }

    [Fact]
    public void Old_keys_match_what_they_made_and_missing_ones_cannot_say()
    {
        var hash = Hasher(First).Hash(Id, "+234", "login", "123456");

        Assert.True(Hasher($"{Second},{First}").Matches(hash, Id, "+234", "login", "123456"));
        Assert.Equal("k2", Hasher($"{Second},{First}").Hash(Id, "+234", "login", "123456").KeyId);
        Assert.Null(Hasher(Second).Matches(hash, Id, "+234", "login", "123456"));
    }

    [Fact]
    public void Codes_are_digits_of_every_kind_and_exactly_as_many_as_asked_for()
    {
        Gen.Int[VerificationCode.Shortest, VerificationCode.Longest].Sample(length =>
        {
            var code = VerificationCode.Create(length);
            Assert.Equal(length, code.Length);
            Assert.All(code, digit => Assert.True(char.IsAsciiDigit(digit)));
        });
        var codes = Enumerable.Range(0, 2000).Select(_ => VerificationCode.Create(6)).ToList();
        for (var place = 0; place < 6; place++)
        {
            // 200 expected; seven standard deviations to either side
            Assert.All(codes.CountBy(code => code[place]), digit => Assert.InRange(digit.Value, 106, 294));
        }
    }

    private static CodeHasher Hasher(string keys) => new(Options.Create(new VerificationOptions { Keys = keys }));
}
