using System.Text;
using CsCheck;
using ProdReady.Webhooks.Receiving;

namespace ProdReady.Webhooks.Tests.Receiving;

public sealed class EventIdentityTests
{
    private static readonly string[] Pieces = ["{", "}", "[", "]", "\"", "\"id\"", ":", ",", "\\u", "d800", "1", "null", "\0"];

    [Fact]
    public void Id_and_type_are_read_from_the_root()
    {
        Assert.True(TryRead("""{"data":{"id":"inner","type":"x"},"type":"invoice.paid","id":"evt_1","n":[1,{"id":2}]} """, out var identity));
        Assert.Equal(new EventIdentity("evt_1", "invoice.paid"), identity);
    }

    [Theory]
    [InlineData("""{"id":"evt_1"}""")]
    [InlineData("""{"id":"evt_1","type":null}""")]
    [InlineData("""{"id":"evt_1","type":{"id":"x"}}""")]
    public void Type_may_be_missing(string body)
    {
        Assert.True(TryRead(body, out var identity));
        Assert.Equal(new EventIdentity("evt_1", null), identity);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"evt_1\"")]
    [InlineData("id=evt_1")]
    [InlineData("{}")]
    [InlineData("""{"id":""}""")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"id":null}""")]
    [InlineData("""{"Id":"evt_1"}""")]
    [InlineData("""{"data":{"id":"evt_1"}}""")]
    [InlineData("""{"id":"evt_1" """)]
    [InlineData("""{"id":"evt_1"}{}""")]
    [InlineData("""{"id":"evt_\u0000"}""")]
    [InlineData("""{"id":"evt_\n"}""")]
    [InlineData("""{"id":"evt_\ud800"}""")]
    public void Body_without_a_usable_id_is_refused(string body) => Assert.False(TryRead(body, out _));

    [Fact]
    public void Endless_id_is_refused()
    {
        Assert.True(TryRead($$"""{"id":"{{new string('x', 255)}}"}""", out _));
        Assert.False(TryRead($$"""{"id":"{{new string('x', 256)}}"}""", out _));
    }

    [Fact]
    public void Deep_event_is_read() =>
        Assert.True(TryRead($$"""{"data":{{new string('[', 500)}}{{new string(']', 500)}},"id":"evt_1"}""", out _));

    [Fact]
    public void No_body_makes_an_exception()
    {
        var pieces = Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]).Array[0, 20];
        Gen.OneOf(Gen.Byte.Array[0, 50], pieces.Select(all => Encoding.UTF8.GetBytes(string.Concat(all))))
            .Sample(body => EventIdentity.TryRead(body, out _) || true);
    }

    private static bool TryRead(string body, out EventIdentity identity) =>
        EventIdentity.TryRead(Encoding.UTF8.GetBytes(body), out identity);
}
