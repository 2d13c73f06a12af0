using System.Reflection;
using ApiTokens.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Conformance;

/// <summary>
/// The facts about a service that the conformance tests need. Each service has a recipe in the folder of its tests, and a test class
/// that derives from <see cref="ServiceConformanceTests{TRecipe}"/>.
/// </summary>
public abstract class ServiceRecipe
{
    private static readonly Lazy<ServiceRecipe[]> All = new(() =>
    [
        .. AppDomain.CurrentDomain.GetAssemblies().Where(assembly => assembly.GetName().Name!.EndsWith(".Tests", StringComparison.Ordinal))
            .SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(ServiceRecipe)) && !type.IsAbstract)
            .Select(type => (ServiceRecipe)Activator.CreateInstance(type)!),
    ]);

    /// <summary>The service's name.</summary>
    public abstract string Service { get; }

    /// <summary>An account in the service's format, for servers with scripted responses.</summary>
    public virtual string Account => "acme";

    /// <summary>A valid id that no token has.</summary>
    public abstract string UnusedId { get; }

    /// <summary>How a secret can be matched to its token without sending it; null if it cannot.</summary>
    public virtual MatchedBy? MatchedBy => null;

    /// <summary>Whether the service returns lists in pages.</summary>
    public virtual bool IsPaged => false;

    /// <summary>Whether a removed token can still be read, with the status Revoked.</summary>
    public virtual bool KeepsRemovedTokens => false;

    /// <summary>Whether the response to the request that checks a secret has the id of the token.</summary>
    public virtual bool CheckReturnsId => true;

    /// <summary>The path of the request that checks a secret of the user jdoe, in <see cref="Account"/>.</summary>
    public abstract string CheckPath { get; }

    /// <summary>Returns the header of that request with a secret.</summary>
    public virtual (string Name, string Value) CheckHeader(string secret) => ("Authorization", $"{Scheme} {secret}");

    /// <summary>The scheme of the Authorization header.</summary>
    public virtual string Scheme => "Bearer";

    /// <summary>The options of a sandbox that includes the service.</summary>
    public virtual SandboxOptions Sandbox => new();

    /// <summary>Creates a request for a token with the fewest permissions that let its secret be checked.</summary>
    /// <param name="name">The name of the token.</param>
    /// <returns>The request.</returns>
    public abstract NewTokenRequest New(string name);

    /// <summary>
    /// Returns a GET request that the service answers with 200 for a valid secret and 401 otherwise, whatever the token's permissions.
    /// </summary>
    /// <param name="owner">The user that the token acts for.</param>
    /// <param name="account">The account.</param>
    /// <param name="secret">The secret.</param>
    /// <returns>The path in the sandbox, and the headers.</returns>
    public abstract (string Path, (string Name, string Value)[] Headers) Proof(string? owner, string account, string secret);

    /// <summary>Returns a value for a field of a request.</summary>
    /// <param name="field">The field.</param>
    /// <param name="another">Whether to return a value other than the default one.</param>
    /// <returns>The value.</returns>
    public virtual object Value(NewTokenFields field, bool another) => field switch
    {
        NewTokenFields.Expiry => TokenExpiry.AfterMonths(another ? 6 : 3),
        NewTokenFields.Scope => (string[])[another ? "All" : "ReadOnly"],
        NewTokenFields.Audience => (string[])[another ? "http" : "apiv2"],
        NewTokenFields.Role => another ? "Engineers" : "Users",
        NewTokenFields.Access => new Dictionary<string, AccessLevel> { ["vendor"] = another ? AccessLevel.Full : AccessLevel.Read },
        NewTokenFields.ApplyToAll => another ? AccessLevel.Full : AccessLevel.Read,
        _ => another ? "another" : "some",
    };

    /// <summary>Returns the recipe of a service.</summary>
    /// <param name="service">The service's name.</param>
    /// <returns>The recipe.</returns>
    public static ServiceRecipe Of(string service)
    {
        ServiceRecipe? recipe = Array.Find(All.Value, each => each.Service == service);
        Assert.True(
            recipe is not null,
            $"The service {service} is in the catalogue but has no recipe: add a class {service}Recipe to its tests.");
        return recipe;
    }

    /// <summary>Creates a request with the specified fields set to their default values.</summary>
    internal NewTokenRequest Request(NewTokenFields fields, NewTokenFields another = NewTokenFields.None)
    {
        var request = new NewTokenRequest();
        foreach (NewTokenFields field in Enum.GetValues<NewTokenFields>().Where(each => (fields & each) != NewTokenFields.None))
        {
            PropertyInfo property = typeof(NewTokenRequest).GetProperty(field.ToString())!;
            property.SetValue(request, Value(field, another: field == another));
        }

        return request;
    }

    /// <summary>Creates a valid request with one field set to the specified value.</summary>
    internal NewTokenRequest NewWith(NewTokenFields field, object value)
    {
        NewTokenRequest request = New("with");
        typeof(NewTokenRequest).GetProperty(field.ToString())!.SetValue(request, value);
        return request;
    }
}
