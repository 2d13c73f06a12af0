using System.Globalization;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>The filters of a list. Without filters, live and deleted tokens are listed.</summary>
internal sealed record ListFilter(string? Role, int? IssuedBy, int? NotIssuedBy, bool? Deleted)
{
    public static ListFilter Of(IQueryCollection query) =>
        new(Value(query, "role"), Number(query, "issued_by"), Number(query, "not_issued_by"), Flag(query, "deleted"));

    public bool Matches(GcoreToken token, DateTimeOffset now) =>
        (Role is null || token.Role.Name == Role || token.Role.Id.ToString(CultureInfo.InvariantCulture) == Role)
        && (IssuedBy is null || token.Issuer.Id == IssuedBy)
        && (NotIssuedBy is null || token.Issuer.Id != NotIssuedBy)

        // According to the documentation, True requests tokens that are not deleted, in contradiction to the parameter's name and to the
        // field with the same name. The sandbox implements the documentation; clients should apply the filter themselves.
        && (Deleted is null || token.IsDeleted(now) != Deleted);

    private static string? Value(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } value ? value : null;

    private static int? Number(IQueryCollection query, string name) => Value(query, name) switch
    {
        null => null,
        string value when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) => number,
        _ => throw GcoreErrors.Invalid(name, "A valid integer is required."),
    };

    private static bool? Flag(IQueryCollection query, string name) => Value(query, name) switch
    {
        null => null,
        string value when bool.TryParse(value, out bool flag) => flag,
        _ => throw GcoreErrors.Invalid(name, "Must be a valid boolean."),
    };
}
