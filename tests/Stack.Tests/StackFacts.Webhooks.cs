using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Stripe;

namespace ProdReady.Stack.Tests;

public abstract partial class StackFacts
{
    [Fact]
    public async Task A_signed_event_is_committed_once_as_it_was_signed()
    {
        var (eventId, payload) = StripeEvent();
        var signature = Sign(payload);

        using var first = await DeliverAsync(payload, signature);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var accepted = await first.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.False(accepted.GetProperty("duplicate").GetBoolean());
        Assert.Equal([payload], await StoredBodiesAsync(eventId));

        using var second = await DeliverAsync(payload, signature);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        var duplicate = await second.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(duplicate.GetProperty("duplicate").GetBoolean());
        Assert.Equal(accepted.GetProperty("id").GetString(), duplicate.GetProperty("id").GetString());
        Assert.Equal([payload], await StoredBodiesAsync(eventId));
    }

    [Fact]
    public async Task An_event_with_one_byte_changed_is_refused_and_not_stored()
    {
        var (eventId, payload) = StripeEvent();
        var signature = Sign(payload);
        payload[^2] ^= 1;

        using var response = await DeliverAsync(payload, signature);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await StoredBodiesAsync(eventId));
    }

    private static (string Id, byte[] Payload) StripeEvent()
    {
        var id = $"evt_{Guid.NewGuid():N}";
        // Spaces and an escape that a parser and writer in between would not bring back
        return (id, Encoding.UTF8.GetBytes($$"""{ "id":"{{id}}",  "type": "invoice.paid", "note": "caf\u00e9 é" }"""));
    }

    private string Sign(byte[] payload) =>
        EventUtility.GenerateSignatureHeader(Encoding.UTF8.GetString(payload), fixture.StripeSecret);

    private Task<HttpResponseMessage> DeliverAsync(byte[] payload, string signature)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new ByteArrayContent(payload) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Stripe-Signature", signature);
        return fixture.Gateway.SendAsync(request, Cancellation);
    }

    private async Task<List<byte[]>> StoredBodiesAsync(string eventId)
    {
        await using var database = fixture.Database();
        await using var command = database.CreateCommand("SELECT body FROM webhooks.events WHERE event_id = $1");
        command.Parameters.AddWithValue(eventId);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var bodies = new List<byte[]>();
        while (await reader.ReadAsync(Cancellation))
        {
            bodies.Add(reader.GetFieldValue<byte[]>(0));
        }

        return bodies;
    }
}
