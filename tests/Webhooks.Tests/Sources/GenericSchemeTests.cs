using System.Security.Cryptography;
using System.Text;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Tests.Verification;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Sources;

/// <summary>Senders that nobody has heard of, described by settings alone.</summary>
public sealed class GenericSchemeTests
{
    private const long Unix = 1_700_000_000;

    [Fact]
    public void List_with_a_time_in_it()
    {
        var source = TestSource.Of(
            "generic",
            ("Secret", "whsec_c2VjcmV0"),
            ("Scheme:Signature", "header:X-Acme-Signature"),
            ("Scheme:Layout", "KeyValueList"),
            ("Scheme:Separator", ";"),
            ("Scheme:SignatureKey", "s"),
            ("Scheme:TimestampKey", "at"),
            ("Scheme:Algorithm", "HmacSha512"),
            ("Scheme:Encoding", "Base64Url"),
            ("Scheme:SecretEncoding", "Base64"),
            ("Scheme:SecretPrefix", "whsec_"),
            ("Scheme:Content", "acme:{timestamp}|{body}"),
            ("Scheme:Id", "/meta/id"),
            ("Scheme:Type", "header:X-Acme-Event"),
            ("Scheme:RetrySpan", "1.00:00:00"),
            ("Scheme:Deadline", "00:00:07"));
        var body = """{"meta":{"id":"a-1"}}""";
        var hash = HMACSHA512.HashData("secret"u8, Encoding.UTF8.GetBytes($"acme:{Unix}|{body}"));
        var signature = Convert.ToBase64String(hash).Replace('+', '-').Replace('/', '_');
        SignedSample Sample(string text) => TestSource.Sample(body, ("X-Acme-Signature", text), ("X-Acme-Event", "made"));

        // 64 bytes in base64 end in two signs of padding, which senders write or leave out
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(Sample($"at={Unix}; s={signature}")));
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(Sample($"s={signature.TrimEnd('=')};at={Unix}")));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(Sample($"at={Unix};s={signature.TrimEnd('=')}=")));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(Sample($"at={Unix + 1};s={signature}")));
        Assert.True(source.TryIdentify(Sample("").Headers, Sample("").Body, out var identity));
        Assert.Equal(new EventIdentity("a-1", "made"), identity);
        Assert.True(source.IdIsSigned);
        Assert.Equal("body+time", source.Authenticated);
        Assert.Equal(TimeSpan.FromDays(1), source.RetrySpan);
        Assert.Equal(TimeSpan.FromSeconds(7), source.Deadline);
    }

    [Theory]
    [InlineData("00:05:00", "00:10:00")]
    [InlineData(null, "00:10:00")]
    [InlineData("00:00:10", "00:01:00")]
    public void Event_is_remembered_for_as_long_as_its_signature_is_good(string? tolerance, string remembered)
    {
        var source = TestSource.Of(
            "generic",
            ("Secret", "abc"),
            ("Tolerance", tolerance),
            ("Scheme:Signature", "header:X-Signature"),
            ("Scheme:Timestamp", "header:X-Timestamp"),
            ("Scheme:Content", "{timestamp}.{body}"),
            ("Scheme:RetrySpan", "00:01:00"));
        Assert.Equal(TimeSpan.Parse(remembered, System.Globalization.CultureInfo.InvariantCulture), source.RetrySpan);
    }

    [Fact]
    public void Token_signs_no_time()
    {
        var reader = new SchemeReader(new SchemeOptions
        {
            Algorithm = SchemeAlgorithm.Token,
            Signature = "header:X-Token",
            Timestamp = "header:X-Timestamp",
            Content = "{timestamp}.{body}",
        });
        reader.Read();
        Assert.Equal(
            ("Content", "leaves the timestamp out, so that anyone could choose it. Example: {timestamp}.{body}"), Assert.Single(reader.Failures));
    }

    [Fact]
    public void Token_in_any_header()
    {
        var source = TestSource.Of(
            "generic", ("Secret", "abc"), ("Scheme:Algorithm", "Token"), ("Scheme:Signature", "header:Authorization"), ("Scheme:Prefix", "Bearer "));
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(TestSource.Sample("{}", ("Authorization", "Bearer abc"))));
        Assert.Equal(SignatureVerdict.Malformed, source.Verdict(TestSource.Sample("{}", ("Authorization", "abc"))));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(TestSource.Sample("{}", ("Authorization", "Bearer abcd"))));
        Assert.Contains("Authorization", source.SecretHeaders);
    }

    [Fact]
    public void Every_wrong_setting_is_reported_at_once() => Assert.Equal(
        [
            "Signature) is missing. Example: header:X-Signature",
            "Content) is '{body}{body}', which is no text with {id}, {timestamp}, {url} or {body} in it, each once at most. "
            + "Example: {timestamp}.{body}",
            "Timestamp) is 'form:t', which is neither a header nor a JSON pointer. Example: header:X-Timestamp",
            "Id) is 'id', which names no places of a request. Examples: /id, header:X-Event-Id, /event /data/id",
            "SignatureKey) is missing, while Layout is a list: it is the signatures' name there. Example: v1",
            "TimestampKey) is set, while Layout is not KeyValueList. Example: Timestamp header:X-Timestamp instead",
            "TimestampKey) is set beside Timestamp, and only one of them can be the time. Example: t",
            "Separator) is neither a comma nor a semicolon. Example: ,",
            "Encoding) is Utf8, which no signature is written in. Example: Hex",
            "Content) leaves the timestamp out, so that anyone could choose it. Example: {timestamp}.{body}",
            "RetrySpan) is 00:00:00, outside 00:01:00 to 30.00:00:00. Example: 3.00:00:00",
            "Deadline) is 00:00:00, outside 00:00:01 to 00:01:00. Example: 00:00:05",
        ],
        Failures(new SchemeOptions
        {
            Content = "{body}{body}",
            Timestamp = "form:t",
            TimestampKey = "t",
            Id = "id",
            Layout = SignatureLayout.VersionedList,
            Separator = "--",
            Encoding = TextEncoding.Utf8,
            RetrySpan = TimeSpan.Zero,
            Deadline = TimeSpan.Zero,
        }));

    [Fact]
    public void Content_needs_what_it_names() => Assert.Equal(
        [
            "Content) holds {timestamp}, but neither Timestamp nor TimestampKey says where it is. Example: Timestamp header:X-Timestamp",
            "Id) must be one header or JSON pointer, as Content holds {id}. Example: header:webhook-id",
        ],
        Failures(new SchemeOptions { Signature = "header:X-S", Content = "{id}.{timestamp}.{body}", Id = "/a /b" }));

    private static IEnumerable<string> Failures(SchemeOptions options)
    {
        var reader = new SchemeReader(options);
        reader.Read();
        return reader.Failures.Select(failure => $"{failure.Key}) {failure.Problem}");
    }
}
