using System.Reflection;
using ApiTokens.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Conformance;

/// <summary>
/// What the tests must know of a service to try it as they try every other. A service gives it in the folder of its tests, and its
/// test class derives from <see cref="ServiceConformanceTests{TRecipe}"/>.
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

    /// <summary>An account as the service spells it, for servers that answer what a test says.</summary>
    public virtual string Account => "acme";

    /// <summary>An id of the service's form that no token has.</summary>
    public abstract string UnusedId { get; }

    /// <summary>What tells that a secret is a token's without sending it; null if nothing does.</summary>
    public virtual MatchedBy? MatchedBy => null;

    /// <summary>Whether the list comes in pages.</summary>
    public virtual bool IsPaged => false;

    /// <summary>Whether a removed token can still be read, as a revoked one.</summary>
    public virtual bool KeepsRemovedTokens => false;

    /// <summary>Whether the service can be asked if any secret works.</summary>
    public virtual bool ChecksSecrets => true;

    /// <summary>The path of the request that asks whether a secret works, in <see cref="Account"/>.</summary>
    public abstract string CheckPath { get; }

    /// <summary>The scheme before a secret in the Authorization header.</summary>
    public virtual string Scheme => "Bearer";

    /// <summary>The sandbox with the service in it.</summary>
    public virtual SandboxOptions Sandbox => new();

    /// <summary>A token that is issued with no more than a useful one needs, and whose secret can prove itself.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The request.</returns>
    public abstract NewTokenRequest New(string name);

    /// <summary>How a token's secret proves itself, whatever the token may do: a GET that is answered with 200 or 401.</summary>
    /// <param name="owner">Whom the token acts for.</param>
    /// <param name="account">The account.</param>
    /// <param name="secret">The secret.</param>
    /// <returns>The path in the sandbox, and the headers.</returns>
    public abstract (string Path, (string Name, string Value)[] Headers) Proof(string? owner, string account, string secret);

    /// <summary>A value for a field of a request.</summary>
    /// <param name="field">The field.</param>
    /// <param name="another">Whether to give another value than the usual one.</param>
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

    /// <summary>The recipe of a service.</summary>
    /// <param name="service">The service's name.</param>
    /// <returns>The recipe.</returns>
    public static ServiceRecipe Of(string service)
    {
        ServiceRecipe? recipe = Array.Find(All.Value, each => each.Service == service);
        Assert.True(
            recipe is not null,
            $"The service {service} is in the catalogue and has no recipe: add a class {service}Recipe to its tests.");
        return recipe;
    }

    /// <summary>The request with some fields set to their usual values.</summary>
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

    /// <summary>The request that a test needs, with some fields set otherwise.</summary>
    internal NewTokenRequest NewWith(NewTokenFields field, object value)
    {
        NewTokenRequest request = New("with");
        typeof(NewTokenRequest).GetProperty(field.ToString())!.SetValue(request, value);
        return request;
    }
}
