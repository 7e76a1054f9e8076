using System.Diagnostics.CodeAnalysis;

namespace ProdReady.Webhooks.Verification;

/// <summary>
/// How something is put together from places of a request: places that belong together have a space between them and are
/// joined by <c>:</c>, and other ways to find it follow after <c>|</c>. <c>/event /data/id</c> is an event with its
/// object, and <c>/webhook_id | /id</c> the second only where the first is missing.
/// </summary>
internal sealed class EventField
{
    /// <summary>Keeps the fields that are read together inside <see cref="JsonFields.MaxPointers"/>.</summary>
    private const int MaxPlaces = 10;

    private readonly string _text;

    private EventField(string text, FieldReference[][] ways)
    {
        _text = text;
        Ways = ways;
    }

    public static EventField None { get; } = new("", []);

    public IReadOnlyList<IReadOnlyList<FieldReference>> Ways { get; }

    public bool IsAny => Ways.Count > 0;

    public bool HasHeader => Ways.Any(way => way.Any(place => place.Header is not null));

    public bool HasForm => Ways.Any(way => way.Any(place => place.Form is not null));

    public bool HasJson => Ways.Any(way => way.Any(place => place.Pointer is not null));

    public static EventField Parse(string text) =>
        TryParse(text, out var field) ? field : throw new ArgumentException($"'{text}' names no places of a request", nameof(text));

    public static bool TryParse(string text, [NotNullWhen(true)] out EventField? field)
    {
        var ways = new List<FieldReference[]>();
        field = null;
        foreach (var way in text.Split('|'))
        {
            var places = new List<FieldReference>();
            foreach (var place in way.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!FieldReference.TryParse(place, out var reference))
                {
                    return false;
                }

                places.Add(reference);
            }

            if (places.Count == 0)
            {
                return false;
            }

            ways.Add([.. places]);
        }

        if (ways.Sum(way => way.Length) > MaxPlaces)
        {
            return false;
        }

        field = new EventField(text, [.. ways]);
        return true;
    }

    /// <summary>The first way whose places are all there.</summary>
    public string? Read(Func<FieldReference, string?> read)
    {
        foreach (var way in Ways)
        {
            var parts = way.Select(read).ToArray();
            if (Array.TrueForAll(parts, part => part is not null))
            {
                return EventText.Usable(string.Join(':', parts));
            }
        }

        return null;
    }

    public override string ToString() => _text;
}
