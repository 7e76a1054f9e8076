using System.Text.Json.Nodes;
using CsCheck;
using ProdReady.Gateway.Documentation;

namespace ProdReady.Gateway.Tests.Documentation;

/// <summary>Whatever the names: an operation means after a merge what it meant before.</summary>
public sealed class DocumentMergePropertyTests
{
    private static readonly string[] Names = ["A", "B", "C", "D", "OneA", "TwoB"];

    /// <summary>Schemas that refer only to later ones, so that each can be written out whole.</summary>
    private static readonly Gen<JsonObject> Documents =
        Gen.Select(Gen.Shuffle(Names), Gen.Int[0, 2].Array[Names.Length], Gen.Int[0, 5].Array[Names.Length]).Select((names, types, steps) =>
        {
            var schemas = new JsonObject();
            for (var index = 0; index < names.Length; index++)
            {
                var schema = new JsonObject { ["type"] = types[index] };
                var referred = index + 1 + steps[index];
                if (referred < names.Length)
                {
                    schema["items"] = Reference(names[referred]);
                }

                schemas[names[index]] = schema;
            }

            return new JsonObject { ["components"] = new JsonObject { ["schemas"] = schemas } };
        });

    [Fact]
    public void Every_operation_means_what_it_meant() => Gen.Select(Documents, Documents, Documents).Sample((own, one, two) =>
    {
        var merged = WithOperations(own, "own");
        var services = new[] { ("one", WithOperations(one, "one")), ("two", WithOperations(two, "two")) };
        var expected = new[] { ("own", Meaning(merged, "own")) }
            .Concat(services.Select(service => (service.Item1, Meaning(service.Item2, service.Item1)))).ToList();

        foreach (var (name, document) in services)
        {
            DocumentMerge.Add(merged, new(name, document));
        }

        foreach (var (name, meaning) in expected)
        {
            Assert.Equal(meaning, Meaning(merged, name));
        }
    });

    /// <summary>One operation a schema, at the service's own paths.</summary>
    private static JsonObject WithOperations(JsonObject document, string service)
    {
        var result = document.DeepClone().AsObject();
        result["paths"] = new JsonObject(Names.Select(name => KeyValuePair.Create(
            $"/{service}/{name}", (JsonNode?)new JsonObject { ["get"] = new JsonObject { ["schema"] = Reference(name) } })));
        return result;
    }

    private static string Meaning(JsonObject document, string service) => string.Join('\n', Names.Select(name =>
        WriteOut(document, document["paths"]![$"/{service}/{name}"]!["get"]!["schema"]!)));

    private static string WriteOut(JsonObject document, JsonNode schema)
    {
        var path = ((string)schema["$ref"]!).Split('/');
        var found = document["components"]!["schemas"]![path[^1]];
        Assert.NotNull(found);
        return $"{found["type"]}({(found["items"] is { } items ? WriteOut(document, items) : "")})";
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };
}
