using Microsoft.AspNetCore.Diagnostics;
using Votes.Silo.Access;
using Votes.Silo.Api;

namespace Votes.Silo.Pages;

/// <summary>Answers what no route has answered: people get a page, programs a problem.</summary>
public static class WrongAddresses
{
    /// <summary>Adds the answers.</summary>
    public static void UseAnswersForWrongAddresses(this WebApplication app)
    {
        var files = app.Services.GetRequiredService<PageFiles>();
        app.UseStatusCodePages(context => AnswerAsync(context, files));
    }

    private static Task AnswerAsync(StatusCodeContext context, PageFiles files)
    {
        var http = context.HttpContext;
        return http.Response.StatusCode == StatusCodes.Status404NotFound && Refusals.IsForPeople(http.Request)
            ? PageRoutes.WriteAsync(http, files, "not-found.html")
            : Problems.WriteAsync(http, http.Response.StatusCode, detail: null);
    }
}
