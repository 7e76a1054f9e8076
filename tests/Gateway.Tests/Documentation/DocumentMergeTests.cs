using System.Text.Json.Nodes;
using ProdReady.Gateway.Documentation;

namespace ProdReady.Gateway.Tests.Documentation;

public sealed class DocumentMergeTests
{
    private const string Order = """{"type":"object","properties":{"id":{"type":"string"}}}""";
    private const string OtherOrder = """{"type":"object","properties":{"number":{"type":"integer"}}}""";

    [Fact]
    public void What_both_have_alike_is_there_once()
    {
        var merged = Merge(Schemas("Order", Order), Schemas("Order", Order));

        Assert.Equal(["Order"], SchemaNames(merged));
    }

    [Fact]
    public void What_only_has_the_same_name_gets_another_and_all_that_refer_to_it_follow()
    {
        var merged = Merge(Schemas("Order", Order), """
            {
              "paths": {"/orders": {"get": {"schema": {"$ref": "#/components/schemas/Order"}}}},
              "components": {"schemas": {
                "Order": {"type": "object", "properties": {"number": {"type": "integer"}}},
                "Any": {"oneOf": [{"$ref": "#/components/schemas/Order"}], "discriminator": {"mapping": {"order": "#/components/schemas/Order"}}}
              }}
            }
            """);

        Assert.Equal(["Order", "Any", "ShopOrder"], SchemaNames(merged));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Order), merged["components"]!["schemas"]!["Order"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(OtherOrder), merged["components"]!["schemas"]!["ShopOrder"]));
        Assert.Equal(3, merged.ToJsonString().Split("#/components/schemas/ShopOrder").Length - 1);
        Assert.DoesNotContain("#/components/schemas/Order\"", merged.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_component_that_refers_to_a_renamed_one_is_another_one_too()
    {
        const string Page = """{"type":"array","items":{"$ref":"#/components/schemas/Order"}}""";

        var merged = Merge(Schemas("Page", Page, "Order", Order), Schemas("Page", Page, "Order", OtherOrder));

        Assert.Equal(["Page", "Order", "ShopOrder", "ShopPage"], SchemaNames(merged));
        Assert.Equal("#/components/schemas/Order", (string?)merged["components"]!["schemas"]!["Page"]!["items"]!["$ref"]);
        Assert.Equal("#/components/schemas/ShopOrder", (string?)merged["components"]!["schemas"]!["ShopPage"]!["items"]!["$ref"]);
    }

    [Fact]
    public void A_new_name_that_is_taken_gets_a_number()
    {
        var merged = Merge(Schemas("Order", Order, "ShopOrder", Order), Schemas("Order", OtherOrder));

        Assert.Equal(["Order", "ShopOrder", "ShopOrder2"], SchemaNames(merged));
    }

    [Fact]
    public void A_renamed_security_scheme_is_required_by_its_new_name()
    {
        var merged = Merge(
            """{"components": {"securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}}}}""",
            """
            {
              "paths": {"/orders": {"get": {"security": [{"Key": ["orders:read"]}]}}},
              "components": {"securitySchemes": {"Key": {"type": "http", "scheme": "basic"}}}
            }
            """);

        Assert.Equal(
            """[{"ShopKey":["orders:read"]}]""", merged["paths"]!["/orders"]!["get"]!["security"]!.ToJsonString());
    }

    [Fact]
    public void Two_operations_at_one_path_stay_apart_by_method_and_the_first_wins()
    {
        var merged = Merge(
            """{"paths": {"/orders": {"get": {"operationId": "list"}}}}""",
            """{"paths": {"/orders": {"get": {"operationId": "other"}, "post": {"operationId": "list"}}}}""");

        Assert.Equal(
            """{"get":{"operationId":"list"},"post":{"operationId":"Shoplist"}}""", merged["paths"]!["/orders"]!.ToJsonString());
    }

    [Fact]
    public void Tags_are_joined()
    {
        var merged = Merge("""{"tags": [{"name": "a"}]}""", """{"tags": [{"name": "a"}, {"name": "b"}]}""");

        Assert.Equal("""[{"name":"a"},{"name":"b"}]""", merged["tags"]!.ToJsonString());
    }

    [Fact]
    public void A_service_that_sent_nothing_changes_nothing()
    {
        var target = JsonNode.Parse(Schemas("Order", Order))!.AsObject();

        DocumentMerge.Add(target, new("shop", null));

        Assert.Equal(["Order"], SchemaNames(target));
    }

    private static JsonObject Merge(string own, string service)
    {
        var target = JsonNode.Parse(own)!.AsObject();
        DocumentMerge.Add(target, new("shop", JsonNode.Parse(service)!.AsObject()));
        return target;
    }

    private static string Schemas(params string[] namesAndSchemas) =>
        $"{{\"components\": {{\"schemas\": {{{string.Join(',', namesAndSchemas.Chunk(2).Select(pair => $"\"{pair[0]}\": {pair[1]}"))}}}}}}}";

    private static IEnumerable<string> SchemaNames(JsonObject document) =>
        document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key);
}
