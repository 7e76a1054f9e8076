using System.Text;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Search;

namespace ProdReady.Webhooks.Tests.Search;

/// <summary>What of a body may stand in the tables in clear, whatever its unsigned Content-Type says.</summary>
public sealed class PayloadJsonTests
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Card = "4242";

    [Theory]
    // Whoever changes the header, which nobody signs, must not change what is hidden
    [InlineData(Form, """ {"card":"4242","a":1}""", """{"card":"(encrypted)","a":1}""")]
    [InlineData(Form, """[{"card":"4242"}]""", """[{"card":"(encrypted)"}]""")]
    [InlineData("application/json", """{"card":"4242","a":1}""", """{"card":"(encrypted)","a":1}""")]
    [InlineData(Form, "card=4242&a=1", """{"card":"(encrypted)","a":"1"}""")]
    // GitHub's and Slack's
    [InlineData(Form, "payload=%7B%22card%22%3A%224242%22%7D&a=1", """{"payload":"(encrypted)","a":"1"}""")]
    [InlineData(Form, "a=1&payload=+%5B4242%5D&payload=2", """{"a":"1","payload":["(encrypted)","2"]}""")]
    [InlineData(Form, "payload=%22%7B%5C%22card%5C%22%3A4242%7D%22", """{"payload":"(encrypted)"}""")]
    // Half a form, half something else
    [InlineData(Form, "\ufeff{\"card\":\"4242\"}", null)]
    [InlineData(Form, "x{\"card\":\"4242\"}", null)]
    [InlineData(Form, "a=1&{\"card\":\"4242\"}=2", null)]
    [InlineData("application/json", "card=4242", null)]
    public void Hidden_value_is_hidden_in_whatever_it_comes(string type, string body, string? expected)
    {
        var json = PayloadJson.Of(Content(type, body), ["/card", "/*/card"]);

        Assert.DoesNotContain(Card, json ?? "", StringComparison.Ordinal);
        Assert.Equal(expected, json);
    }

    [Theory]
    [InlineData(Form, """{"card":"4242"}""", """{"card":"4242"}""")]
    [InlineData(Form, "card=4242&a=1&a=2", """{"card":"4242","a":["1","2"]}""")]
    [InlineData(Form, "payload=[1]", """{"payload":"[1]"}""")]
    [InlineData("application/json", """{"card":"4242"}""", """{"card":"4242"}""")]
    public void Without_anything_to_hide_all_of_it_is_found(string type, string body, string expected) =>
        Assert.Equal(expected, PayloadJson.Of(Content(type, body), []));

    private static EventContent Content(string type, string body) => new(
        1, Guid.Empty, "s", null, null, default, Encoding.UTF8.GetBytes(body), new Dictionary<string, string> { ["content-type"] = type }, null, null);
}
